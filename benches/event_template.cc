#include "event_template.h"

#include <array>
#include <random>

#include <fmt/format.h>

namespace icelight::bench {
namespace {

constexpr std::size_t kIdDigits = 16;
constexpr std::array kEvents = {"Order Completed",
                                "Item Added to Cart",
                                "Signup Started",
                                "Feature Used",
                                "File Downloaded",
                                "Product Viewed",
                                "Search Performed",
                                "Invite Sent"};
constexpr std::array kPlans = {"free", "team", "business"};

/// About 470 bytes: what a server SDK sends for a track call.
std::string make_event(std::mt19937_64& random, std::size_t* id_place) {
    const auto user = random() % 10'000;
    std::string text = R"({"messageId":"node-next-)";
    *id_place = text.size();
    text.append(kIdDigits, '0');
    text += fmt::format(
        R"(","type":"track","userId":"user-{:05}","anonymousId":"{:08x}-7c1e-4f5a-9d3b-{:012x}","event":"{}",)"
        R"("properties":{{"revenue":{}.{:02},"currency":"EUR","plan":"{}","quantity":{},"label":"größe {}","coupon":"AUTUMN-SALE-2026","channel":"newsletter"}},)"
        R"("context":{{"library":{{"name":"@segment/analytics-node","version":"3.1.0"}},"ip":"203.0.113.{}",)"
        R"("locale":"de-DE"}},"integrations":{{}},"timestamp":"2026-11-{:02}T{:02}:{:02}:{:02}.{:03}Z"}})",
        user,
        random() % 0xffffffff,
        random() % 0xffffffffffff,
        kEvents[random() % kEvents.size()],
        random() % 500,
        random() % 100,
        kPlans[random() % kPlans.size()],
        random() % 9 + 1,
        random() % 50,
        random() % 255,
        random() % 20 + 1,
        random() % 24,
        random() % 60,
        random() % 60,
        random() % 1000);
    return text;
}

}  // namespace

EventTemplate::EventTemplate(std::size_t events, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    if (events > 1) body_ = R"({"batch":[)";
    for (std::size_t i = 0; i < events; ++i) {
        if (i > 0) body_.push_back(',');
        std::size_t place = 0;
        const std::string event = make_event(random, &place);
        id_places_.push_back(body_.size() + place);
        body_ += event;
    }
    if (events > 1) body_ += R"(],"sentAt":"2026-11-21T00:00:00.000Z"})";
}

void EventTemplate::renumber(std::uint64_t first_id) {
    static constexpr char kDigits[] = "0123456789abcdef";
    for (const std::size_t place : id_places_) {
        std::uint64_t id = first_id++;
        for (std::size_t digit = kIdDigits; digit-- > 0; id >>= 4)
            body_[place + digit] = kDigits[id & 15];
    }
}

}  // namespace icelight::bench
