#include "query/sandbox/sandbox.h"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <thread>

#include <gmock/gmock.h>

#include "base/testing/temp_dir.h"

namespace icelight::query {
namespace {

/// What the work said in a child process, since a sandbox is never left; "" when it is ok.
std::string in_child(const std::function<Result<>()>& work) {
    int ends[2];
    if (::pipe(ends) != 0) return "no pipe";
    const pid_t pid = ::fork();
    if (pid == 0) {
        const auto done = work();
        const std::string text = done ? "ok" : done.error().message;
        [[maybe_unused]] auto ignored = ::write(ends[1], text.data(), text.size());
        ::_exit(0);
    }
    ::close(ends[1]);
    char buffer[512];
    const auto got = ::read(ends[0], buffer, sizeof(buffer));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
    return {buffer, static_cast<std::size_t>(got < 0 ? 0 : got)};
}

class Sandbox : public ::testing::Test {
protected:
    void SetUp() override {
        for (const char* name : {"warehouse", "log", "spill"})
            std::filesystem::create_directory(directory_.path() / name);
        std::ofstream(directory_.path() / "warehouse" / "file") << "rows";
    }

    SandboxOptions options() const {
        return {.readable = {directory_.path() / "warehouse", directory_.path() / "log"},
                .writable = directory_.path() / "spill",
                .data_bytes_max = 1u << 30,
                .file_bytes_max = 1u << 20};
    }

    testing::TempDir directory_;
};

TEST_F(Sandbox, PassesItsOwnTrial) {
    EXPECT_EQ(in_child([this]() -> Result<> {
                  ICE_TRY(enter_sandbox(options()));
                  return test_sandbox(options());
              }),
              "ok");
}

TEST_F(Sandbox, TrialFailsOutside) {
    EXPECT_EQ(in_child([this] { return test_sandbox(options()); }),
              "sandbox: reading /etc/passwd is possible");
}

TEST_F(Sandbox, TrialFailsWithSeccompAlone) {
    EXPECT_EQ(in_child([this]() -> Result<> {
                  auto wide = options();
                  wide.readable.emplace_back("/etc");
                  ICE_TRY(enter_sandbox(wide));
                  return test_sandbox(options());
              }),
              "sandbox: reading /etc/passwd is possible");
}

TEST_F(Sandbox, RefusesToStartBesideOtherThreads) {
    EXPECT_THAT(in_child([this]() -> Result<> {
                    std::thread other([] { ::pause(); });
                    other.detach();
                    return enter_sandbox(options());
                }),
                ::testing::HasSubstr("2 threads"));
}

TEST_F(Sandbox, ExecutingAProgramEndsTheProcess) {
    EXPECT_EQ(in_child([this]() -> Result<> {
                  ICE_TRY(enter_sandbox(options()));
                  ::execl("/bin/true", "true", nullptr);
                  return {};
              }),
              "signal 31");
}

TEST_F(Sandbox, FilesOfTheWarehouseCanBeReadAndNotWritten) {
    EXPECT_EQ(in_child([this]() -> Result<> {
                  ICE_TRY(enter_sandbox(options()));
                  const auto path = directory_.path() / "warehouse" / "file";
                  std::string text;
                  std::ifstream(path) >> text;
                  if (text != "rows") return fail(ErrorCode::kIo, "cannot read");
                  if (std::ofstream(path) << "x") return fail(ErrorCode::kIo, "can write");
                  std::error_code error;
                  if (std::filesystem::remove(path, error))
                      return fail(ErrorCode::kIo, "can remove");
                  return {};
              }),
              "ok");
}

TEST_F(Sandbox, MissingDirectoryIsAnErrorThatNamesIt) {
    EXPECT_THAT(in_child([this]() -> Result<> {
                    auto wrong = options();
                    wrong.writable = directory_.path() / "absent";
                    return enter_sandbox(wrong);
                }),
                ::testing::HasSubstr("absent"));
}

}  // namespace
}  // namespace icelight::query
