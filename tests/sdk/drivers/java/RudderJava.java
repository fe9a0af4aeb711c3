import com.rudderstack.sdk.java.analytics.RudderAnalytics;
import com.rudderstack.sdk.java.analytics.Callback;
import com.rudderstack.sdk.java.analytics.messages.*;
import java.math.BigInteger;
import java.time.Instant;
import java.util.*;
import java.util.concurrent.*;

/** The fixed calls through com.rudderstack.sdk.java.analytics:analytics. */
public class RudderJava {
  static final String SDK = "rudder-java", RUN = System.getenv("SDK_RUN"), USER = "user-42";
  /** Its first wait after a 503 alone is a quarter of a minute. */
  static final int WAIT_SECONDS = 90;

  /** The pairs beside the members that mark the run. */
  static Map<String, Object> marked(Object... pairs) {
    Map<String, Object> members = new LinkedHashMap<>(Map.of("sdk", SDK, "run", RUN));
    for (int i = 0; i < pairs.length; i += 2) members.put((String) pairs[i], pairs[i + 1]);
    return members;
  }

  static List<MessageBuilder> messages() {
    Map<String, Object> nested = marked(
        "a", Map.of("b", Map.of("c", Arrays.asList(1, 2.5, new HashMap<>(Collections.singletonMap("d", null))))),
        "flags", Arrays.asList(true, false, null), "big", 9007199254740991L, "huge", new BigInteger("9223372036854775809"),
        "small", 1e-7, "empty", Map.of());
    return List.of(
        IdentifyMessage.builder().userId(USER).traits(marked("email", "ada@example.com", "plan", "pro", "age", 37)),
        TrackMessage.builder("Order Completed").userId(USER).properties(marked("orderId", "o-1", "revenue", 19.99, "currency", "EUR")),
        TrackMessage.builder("Ünïcode ☕").userId(USER)
            .properties(marked("title", "日本語 Café “Ünïcode” – naïve", "emoji", "🎉👩‍🚀🇩🇪", "quote", "\"\\\t\u0001<&>")),
        TrackMessage.builder("Nested").userId(USER).properties(nested),
        TrackMessage.builder("Explicit").userId(USER).messageId(SDK + "-" + RUN + "-explicit")
            .timestamp(Date.from(Instant.parse("2020-01-02T03:04:05.678Z"))).properties(marked()),
        PageMessage.builder("Home").userId(USER).properties(marked("url", "https://example.com/docs")),
        ScreenMessage.builder("Main").userId(USER).properties(marked()),
        GroupMessage.builder("group-7").userId(USER).traits(marked("industry", "retail", "employees", 12)),
        AliasMessage.builder("anon-1").userId(USER));
  }

  public static void main(String[] arguments) throws Exception {
    List<MessageBuilder> all = messages();
    CountDownLatch sent = new CountDownLatch(all.size());
    RudderAnalytics analytics = RudderAnalytics.builder(System.getenv("SDK_KEY")).setDataPlaneUrl(System.getenv("SDK_URL")).callback(new Callback() {
      public void success(Message message) { sent.countDown(); }
      public void failure(Message message, Throwable error) { fail(error); }
    }).build();
    for (MessageBuilder message : all) analytics.enqueue(message);
    analytics.flush();
    if (!sent.await(WAIT_SECONDS, TimeUnit.SECONDS)) fail(new TimeoutException(sent.getCount() + " not delivered"));
    analytics.shutdown();
    System.exit(0);
  }

  static void fail(Throwable error) {
    System.err.println("SDK error: " + error);
    Runtime.getRuntime().halt(1);
  }
}
