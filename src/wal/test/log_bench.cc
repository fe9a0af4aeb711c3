#include <sys/resource.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/check.h"
#include "base/testing/temp_dir.h"
#include "io/file_system.h"
#include "wal/log.h"
#include "wal/reader.h"

/// CPU and time of appending 470-byte rows, 100 a batch and one a batch, on the disk under
/// $TMPDIR. Prints the CPU a row of the whole process, which includes zeroing the segments to come.
/// Batches are made before the clock runs, and read back before it reports.
namespace icelight::wal {
namespace {

constexpr std::size_t kRowBytes = 470;
constexpr std::size_t kInFlight = 32;

std::int64_t cpu_us() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& time) {
        return time.tv_sec * 1'000'000 + time.tv_usec;
    };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

std::vector<Batch> make_batches(std::size_t batches, std::size_t rows) {
    std::mt19937_64 random(1);
    std::string row(kRowBytes, '\0');
    for (char& byte : row)
        byte = static_cast<char>(random());
    std::vector<Batch> made(batches);
    for (Batch& batch : made) {
        for (std::size_t index = 0; index < rows; ++index) {
            batch.rows += row;
            batch.row_refs.push_back({{random(), random()}, kRowBytes});
        }
    }
    return made;
}

void check_all_there(const std::filesystem::path& directory, std::uint64_t rows) {
    auto reader = Reader::open(directory, io::posix_file_system());
    ICE_CHECK(reader.has_value(), "the log can be read");
    std::uint64_t seen = 0;
    const auto read = reader->read(0, rows, [&seen](const RecordView& record) -> Result<> {
        seen += record.count;
        return {};
    });
    ICE_CHECK(read.has_value() && seen == rows, "every row is there");
}

void run(std::size_t batches, std::size_t rows) {
    const icelight::testing::TempDir dir;
    Options options;
    options.directory = dir.path() / "log";
    const Clock& clock = system_clock();
    auto log = Log::open(options, io::posix_file_system(), clock, {}, false);
    ICE_CHECK(log.has_value(), "the log opens");
    std::vector<Batch> made = make_batches(batches, rows);
    std::atomic<std::size_t> done = 0;
    const Deadline deadline = deadline_in(std::chrono::minutes(5));
    const SteadyTime began = clock.steady();
    const std::int64_t cpu_began = cpu_us();
    for (std::size_t index = 0; index < batches; ++index) {
        for (std::size_t seen = done; index - seen >= kInFlight; seen = done)
            done.wait(seen);
        (*log)->append(std::move(made[index]), deadline, [&done](const Result<Appended>& answer) {
            ICE_CHECK(answer.has_value(), "appended");
            ++done;
            done.notify_one();
        });
    }
    for (std::size_t seen = done; seen < batches; seen = done)
        done.wait(seen);
    const double cpu = static_cast<double>(cpu_us() - cpu_began);
    const auto took = std::chrono::duration<double>(clock.steady() - began).count();
    const double total = static_cast<double>(batches * rows);
    ICE_CHECK((*log)->durable_offset() == batches * rows, "every row is durable");
    check_all_there(options.directory, batches * rows);
    fmt::print(
        "{:4} rows a batch: {:.3f} us CPU a row, {:.0f} rows/s, {:.1f} bytes of window a row\n",
        rows,
        cpu / total,
        total / took,
        static_cast<double>((*log)->window().bytes) / total);
}

}  // namespace
}  // namespace icelight::wal

int main() {
    icelight::wal::run(8000, 100);
    icelight::wal::run(40'000, 1);
    return 0;
}
