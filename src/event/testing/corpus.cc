#include "event/testing/corpus.h"

#include <array>
#include <string_view>

namespace icelight::event::testing {
namespace {

template <std::size_t count>
std::string pick(std::mt19937_64& random, const std::array<std::string_view, count>& from) {
    return std::string(from[random() % count]);
}

constexpr std::array<std::string_view, 8> kEvents{"Product Viewed",
                                                  "Product Added",
                                                  "Cart Viewed",
                                                  "Checkout Started",
                                                  "Order Completed",
                                                  "Search Made",
                                                  "Signup Completed",
                                                  "Button Clicked"};
constexpr std::array<std::string_view, 3> kCategories{"shoes", "hats", "books"};
constexpr std::array<std::string_view, 3> kPages{"Home", "Pricing", "Docs"};

}  // namespace

std::string Corpus::uuid() {
    constexpr char kHex[] = "0123456789abcdef";
    std::string text = "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx";
    for (char& c : text) {
        if (c == 'x') c = kHex[below(16)];
    }
    return text;
}

std::string Corpus::type() {
    const std::size_t percent = below(100);
    if (percent < 70) return "track";
    if (percent < 90) return "page";
    if (percent < 97) return "identify";
    return percent < 99 ? "group" : "alias";
}

std::string Corpus::event() {
    const std::string kind = type();
    const std::string millis = std::to_string(1000 + made_ % 1000).substr(1);
    const std::string second = std::to_string(100 + made_ / 1000 % 60).substr(1);
    const std::string time = "2026-01-01T00:00:" + second + "." + millis + "Z";
    ++made_;
    std::string out = R"({"type":")" + kind + R"(","messageId":")" + uuid() +
                      R"(","anonymousId":")" + uuid() + R"(","originalTimestamp":")" + time +
                      R"(","timestamp":")" + time + R"(","channel":"web")";
    if (below(10) < 6) out += R"(,"userId":"user-)" + std::to_string(100000 + below(200000)) + '"';
    if (kind == "track") {
        out += R"(,"event":")" + pick(random_, kEvents) + R"(","properties":{"sku":"SKU-)" +
               std::to_string(10000 + below(90000)) + R"(","price":)" + std::to_string(below(200)) +
               "." + std::to_string(10 + below(90)) + R"(,"quantity":)" +
               std::to_string(1 + below(5)) + R"(,"currency":"USD","category":")" +
               pick(random_, kCategories) + R"("})";
    } else if (kind == "page") {
        out += R"(,"name":")" + pick(random_, kPages) + R"(","properties":{"path":"/products/)" +
               std::to_string(below(1000)) +
               R"(","referrer":"https://search.example.com/","title":"Welcome – icelight"})";
    } else if (kind == "identify") {
        out += R"(,"traits":{"email":"u)" + std::to_string(below(100000)) +
               R"(@example.com","plan":"pro","name":"Jörg Müller"})";
    } else if (kind == "group") {
        out += R"(,"groupId":"g-)" + std::to_string(below(1000)) +
               R"(","traits":{"name":"Acme","employees":)" + std::to_string(below(1000)) + "}";
    } else {
        out += R"(,"previousId":"anon-)" + std::to_string(below(100000)) + '"';
    }
    return out +
           R"(,"context":{"library":{"name":"@rudderstack/analytics-js","version":"3.34.1"},)"
           R"("locale":"en-GB","ip":"203.0.113.)" +
           std::to_string(1 + below(254)) + R"("}})";
}

std::string Corpus::batch(std::size_t events) {
    std::string out = R"({"batch":[)";
    for (std::size_t i = 0; i < events; ++i) {
        if (i != 0) out += ',';
        out += event();
    }
    return out + R"(],"sentAt":"2026-01-01T00:01:00.000Z"})";
}

std::string RandomJson::space() {
    constexpr std::array<std::string_view, 8> kSpaces{"", "", "", "", " ", "\n", "\t ", "\r\n  "};
    return pick(random_, kSpaces);
}

std::string RandomJson::string() {
    constexpr std::array<std::string_view, 20> kParts{
        "a",    "Z9",  " ",       "é",       "日本",           "🎉",       "\\n",     "\\\"",
        "\\\\", "\\/", "\\u0000", "\\u00e9", "\\ud83d\\ude00", "\\ud800", "\\udc00", "\\uDBFF",
        "{",    "]",   ",",       ":"};
    std::string out = "\"";
    for (std::size_t parts = below(6); parts > 0; --parts)
        out += pick(random_, kParts);
    return out + '"';
}

std::string RandomJson::number() {
    constexpr std::array<std::string_view, 12> kNumbers{"0",
                                                        "-0",
                                                        "1.10",
                                                        "1e400",
                                                        "-1E-400",
                                                        "9007199254740993",
                                                        "12345678901234567890123",
                                                        "1.0e+2",
                                                        "0.000",
                                                        "-17",
                                                        "1700000000",
                                                        "1700000000000"};
    return pick(random_, kNumbers);
}

std::string RandomJson::key() {
    constexpr std::array<std::string_view, 5> kKeys{
        "\"__proto__\"", "\"traits\"", "\"library\"", "\"name\"", "\"\\u0061\""};
    return below(3) == 0 ? pick(random_, kKeys) : string();
}

std::string RandomJson::object(int depth_max) {
    std::string out = "{" + space();
    const std::size_t count = depth_max > 0 ? below(4) : 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (i != 0) out += "," + space();
        out += key() + space() + ":" + space() + value(depth_max - 1) + space();
    }
    return out + "}";
}

std::string RandomJson::value(int depth_max) {
    switch (below(depth_max > 0 ? 8 : 5)) {
        case 0:
            return number();
        case 1:
            return "true";
        case 2:
            return "false";
        case 3:
            return "null";
        case 4:
            return string();
        case 5: {
            std::string out = "[" + space();
            const std::size_t count = below(4);
            for (std::size_t i = 0; i < count; ++i)
                out += (i == 0 ? "" : ",") + space() + value(depth_max - 1) + space();
            return out + "]";
        }
        default:
            return object(depth_max);
    }
}

std::string RandomJson::event() {
    constexpr std::array<std::string_view, 20> kKnown{
        "messageId",    "type",       "userId",       "anonymousId",       "event",
        "name",         "traits",     "properties",   "context",           "timestamp",
        "sentAt",       "groupId",    "previousId",   "originalTimestamp", "category",
        "integrations", "\\u0074ype", "use\\u0072Id", "con\\u0074ext",     "channel"};
    std::string out = "{" + space() + R"("anonymousId":"an-1","type":"page")";
    for (std::size_t members = below(12); members > 0; --members) {
        const std::string name = below(3) == 0 ? key() : '"' + pick(random_, kKnown) + '"';
        const bool is_text = name.find("Id") != name.npos || name.find("ype\"") != name.npos ||
                             name == "\"name\"" || name == "\"event\"" || name == "\"category\"";
        std::string member = value(3);
        if (is_text) member = below(4) == 0 ? number() : string();
        if (name.find("ype\"") != name.npos) member = R"("page")";
        out += "," + space() + name + space() + ":" + space() + member + space();
    }
    return out + "}";
}

std::string RandomJson::damage(std::string text) {
    constexpr std::string_view kBytes = "{}[]\",:\\u0eE+-.tfn 1\x01\xff\x80\xc3";
    for (std::size_t changes = 1 + below(3); changes > 0 && !text.empty(); --changes) {
        const std::size_t at = below(text.size());
        switch (below(5)) {
            case 0:
                text[at] = kBytes[below(kBytes.size())];
                break;
            case 1:
                text.erase(at, 1);
                break;
            case 2:
                text.insert(at, 1, text[at]);
                break;
            case 3:
                std::swap(text[at], text[below(text.size())]);
                break;
            default:
                text.insert(at, 1, kBytes[below(kBytes.size())]);
                break;
        }
    }
    return text;
}

}  // namespace icelight::event::testing
