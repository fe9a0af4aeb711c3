#include "event/testing/corpus.h"

#include <array>
#include <initializer_list>
#include <string_view>

namespace icelight::event::testing {
namespace {

template <std::size_t count>
std::string pick(std::mt19937_64& random, const std::array<std::string_view, count>& from) {
    return std::string(from[random() % count]);
}

std::string join(std::initializer_list<std::string_view> parts) {
    std::string out;
    for (const std::string_view part : parts)
        out += part;
    return out;
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
    const std::string time = join({"2026-01-01T00:00:", second, ".", millis, "Z"});
    ++made_;
    auto number = [this](std::size_t from, std::size_t count) {
        return std::to_string(from + below(count));
    };
    std::string out = join({R"({"type":")",
                            kind,
                            R"(","messageId":")",
                            uuid(),
                            R"(","anonymousId":")",
                            uuid(),
                            R"(","originalTimestamp":")",
                            time,
                            R"(","timestamp":")",
                            time,
                            R"(","channel":"web")"});
    if (below(10) < 6) out += join({R"(,"userId":"user-)", number(100'000, 200'000), "\""});
    if (kind == "track") {
        out += join({R"(,"event":")",
                     pick(random_, kEvents),
                     R"(","properties":{"sku":"SKU-)",
                     number(10'000, 90'000),
                     R"(","price":)",
                     number(0, 200),
                     ".",
                     number(10, 90),
                     R"(,"quantity":)",
                     number(1, 5),
                     R"(,"currency":"USD","category":")",
                     pick(random_, kCategories),
                     R"("})"});
    } else if (kind == "page") {
        out +=
            join({R"(,"name":")",
                  pick(random_, kPages),
                  R"(","properties":{"path":"/products/)",
                  number(0, 1'000),
                  R"(","referrer":"https://search.example.com/","title":"Welcome – icelight"})"});
    } else if (kind == "identify") {
        out += join({R"(,"traits":{"email":"u)",
                     number(0, 100'000),
                     R"(@example.com","plan":"pro","name":"Jörg Müller"})"});
    } else if (kind == "group") {
        out += join({R"(,"groupId":"g-)",
                     number(0, 1'000),
                     R"(","traits":{"name":"Acme","employees":)",
                     number(0, 1'000),
                     "}"});
    } else {
        out += join({R"(,"previousId":"anon-)", number(0, 100'000), "\""});
    }
    out += R"(,"context":{"library":{"name":"@rudderstack/analytics-js","version":"3.34.1"},)";
    out += join({R"("locale":"en-GB","ip":"203.0.113.)", number(1, 254), R"("}})"});
    return out;
}

std::string Corpus::batch(std::size_t events) {
    std::string out = R"({"batch":[)";
    for (std::size_t i = 0; i < events; ++i) {
        if (i != 0) out += ',';
        out += event();
    }
    out += R"(],"sentAt":"2026-01-01T00:01:00.000Z"})";
    return out;
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
    out += '"';
    return out;
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
    std::string out = join({"{", space()});
    const std::size_t count = depth_max > 0 ? below(4) : 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (i != 0) out += join({",", space()});
        out += join({key(), space(), ":", space(), value(depth_max - 1), space()});
    }
    out += '}';
    return out;
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
            std::string out = join({"[", space()});
            const std::size_t count = below(4);
            for (std::size_t i = 0; i < count; ++i)
                out += join({i == 0 ? "" : ",", space(), value(depth_max - 1), space()});
            out += ']';
            return out;
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
    std::string out = join({"{", space(), R"("anonymousId":"an-1","type":"page")"});
    for (std::size_t members = below(12); members > 0; --members) {
        const std::string name = below(3) == 0 ? key() : join({"\"", pick(random_, kKnown), "\""});
        const bool is_text = name.find("Id") != name.npos || name.find("ype\"") != name.npos ||
                             name == "\"name\"" || name == "\"event\"" || name == "\"category\"";
        std::string member = value(3);
        if (is_text) member = below(4) == 0 ? number() : string();
        if (name.find("ype\"") != name.npos) member = R"("page")";
        out += join({",", space(), name, space(), ":", space(), member, space()});
    }
    out += '}';
    return out;
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
