// How long a bare pwrite + fdatasync takes on this disk, in a preallocated and zeroed file.
//
//   bench_sync FILE [bytes=4096] [seconds=2]     prints one JSON object, removes the file
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "base/unique_fd.h"

int main(int argc, char** argv) {
    ICE_CHECK(argc >= 2, "usage: bench_sync FILE [bytes] [seconds]");
    const std::size_t bytes = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 4096;
    const double seconds = argc > 3 ? std::atof(argv[3]) : 2;
    constexpr std::size_t kFileBytes = 64 << 20;

    const icelight::UniqueFd file(::open(argv[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    ICE_CHECK(file.is_open(), "cannot create the file");
    const std::string zeros(1 << 20, '\0');
    for (std::size_t at = 0; at < kFileBytes; at += zeros.size()) {
        ICE_CHECK(::pwrite(file.number(), zeros.data(), zeros.size(), static_cast<off_t>(at)) > 0,
                  "cannot write");
    }
    ICE_CHECK(::fsync(file.number()) == 0, "cannot sync");

    const std::string payload(bytes, 'x');
    std::vector<double> taken_us;
    const auto end = icelight::system_clock().steady() +
                     std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6));
    std::size_t at = 0;
    while (icelight::system_clock().steady() < end) {
        if (at + bytes > kFileBytes) at = 0;
        const auto begin = icelight::system_clock().steady();
        ICE_CHECK(::pwrite(file.number(), payload.data(), bytes, static_cast<off_t>(at)) > 0,
                  "cannot write");
        ICE_CHECK(::fdatasync(file.number()) == 0, "cannot sync");
        const auto passed = icelight::system_clock().steady() - begin;
        taken_us.push_back(std::chrono::duration<double, std::micro>(passed).count());
        at += bytes;
    }
    ::unlink(argv[1]);
    std::sort(taken_us.begin(), taken_us.end());
    std::printf("{\"bytes\":%zu,\"syncs\":%zu,\"p50_us\":%.0f,\"p99_us\":%.0f}\n",
                bytes,
                taken_us.size(),
                taken_us[taken_us.size() / 2],
                taken_us[taken_us.size() * 99 / 100]);
    return 0;
}
