// What gunzip alone costs for the bodies of bench_load: bench_gunzip EVENTS SECONDS
//
// Prints one JSON object: CPU microseconds an event, of one thread.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "base/check.h"

#include "event_template.h"
#include "gzip.h"

namespace {

constexpr std::size_t kBodies = 64;

double cpu_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

}  // namespace

int main(int argc, char** argv) {
    ICE_CHECK(argc == 3, "bench_gunzip EVENTS SECONDS");
    const std::size_t events = std::strtoul(argv[1], nullptr, 10);
    const double seconds = std::atof(argv[2]);
    std::vector<std::string> bodies;
    std::size_t longest = 0;
    for (std::size_t i = 0; i < kBodies; ++i) {
        icelight::bench::EventTemplate body(events, i + 1);
        body.renumber(i * events + 1);
        longest = std::max(longest, body.body().size());
        bodies.push_back(icelight::bench::gzip(body.body()));
    }
    std::string room(longest, '\0');
    std::size_t inflated = 0;
    const double begin = cpu_seconds();
    double used = 0;
    while (used < seconds) {
        for (const auto& body : bodies)
            icelight::bench::gunzip(body, room);
        inflated += kBodies * events;
        used = cpu_seconds() - begin;
    }
    std::printf("{\"events\":%zu,\"us_per_event\":%.4f}\n",
                inflated,
                used * 1e6 / static_cast<double>(inflated));
    return 0;
}
