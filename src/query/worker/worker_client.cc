#include "query/worker/worker_client.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "base/frames.h"
#include "query/telemetry.h"

namespace icelight::query {
namespace {

/// How late a cancel may be seen.
constexpr std::chrono::milliseconds kCancelTick{20};
/// A worker is either alive and reads, or it is dead.
constexpr std::chrono::milliseconds kSendTime{5'000};
constexpr std::chrono::milliseconds kReapTime{1'000};

Result<> empty_directory(const std::filesystem::path& directory) {
    std::error_code error;
    std::filesystem::remove_all(directory, error);
    std::filesystem::create_directories(directory, error);
    if (error) {
        return fail(ErrorCode::kIo, fmt::format("{}: {}", directory.native(), error.message()));
    }
    return {};
}

}  // namespace

WorkerClient::WorkerClient(Child child, std::size_t number, std::filesystem::path spill_directory)
    : child_(std::move(child)), number_(number), spill_directory_(std::move(spill_directory)) {}

WorkerClient::~WorkerClient() {
    destroy();
}

Result<std::unique_ptr<WorkerClient>> WorkerClient::start(const Options& options,
                                                          WorkerKind kind,
                                                          std::size_t number,
                                                          Relay* relay) {
    const bool has_extensions = kind == WorkerKind::kIceberg;
    const bool has_relay = has_extensions && relay != nullptr;
    const auto spill =
        options.spill_directory / fmt::format("{}-{}", has_extensions ? "iceberg" : "sql", number);
    ICE_TRY(empty_directory(spill));
    ICE_ASSIGN(auto child,
               Child::spawn({.arguments = {"worker", "sql"},
                             .is_isolated = options.is_isolated,
                             .has_listener = has_relay}));
    std::unique_ptr<WorkerClient> worker(new WorkerClient(std::move(child), number, spill));
    WorkerSetup setup{.warehouse = options.warehouse,
                      .log_directory = options.log_directory,
                      .spill_directory = spill,
                      .space = options.space,
                      .memory_limit_bytes = options.memory_limit_bytes,
                      .spill_bytes_max = options.spill_bytes_max,
                      .tail_bytes_max = options.tail_bytes_max,
                      .threads = options.threads,
                      .requires_landlock = !options.allows_missing_landlock,
                      .extensions = has_extensions ? options.extensions : ""};
    for (const auto& catalog : options.externals)
        setup.external_names.push_back(catalog.name);
    if (has_relay) {
        ICE_ASSIGN(setup.external, worker->open_door(options, *relay));
    }
    ICE_TRY(worker->send(Message::kInit, encode_setup(setup)));
    ICE_ASSIGN(
        const auto frame,
        read_frame(
            worker->child_.socket_fd(), deadline_in(kWorkerStartTime), kWorkerFrameBytesMax));
    ICE_ASSIGN(const auto ready, decode_error(frame.payload));
    if (!ready.text.empty()) return fail(ready.code, ready.text);
    return worker;
}

/// The relay listens in the worker's network, which leads nowhere else.
Result<ExternalAccess> WorkerClient::open_door(const Options& options, Relay& relay) {
    if (!child_.has_own_network() && !options.allows_shared_network) {
        return fail(ErrorCode::kUnsupported,
                    "this system gives a worker no network of its own (user namespaces), which "
                    "keeps SQL away from other hosts");
    }
    auto listener = child_.take_listener();
    sockaddr_in address{};
    socklen_t bytes = sizeof(address);
    if (::getsockname(listener.number(), reinterpret_cast<sockaddr*>(&address), &bytes) != 0) {
        return fail(ErrorCode::kIo, "the relay's socket has no address");
    }
    door_ = relay.open_door(std::move(listener));
    return ExternalAccess{.catalogs = options.externals,
                          .relay_port = ntohs(address.sin_port),
                          .relay_password = relay.password(),
                          .ca_file = options.ca_file,
                          .has_own_network = child_.has_own_network()};
}

Result<Statement> WorkerClient::prepare(const PrepareMessage& message, const QueryBounds& bounds) {
    needs_extension_ = false;
    is_client_gone_ = false;
    is_cancel_sent_ = false;
    outgrown_.reset();
    if (bounds.memory_bytes_max != 0) resident_before_bytes_ = resident_bytes();
    kill_at_ = bounds.deadline + kKillGrace;
    body_bytes_max_ = is_export(message.format) ? kExportBytesMax : kReplyBytesMax;
    ICE_TRY(send(Message::kPrepare, encode_prepare(message)));
    ICE_ASSIGN(const auto frame, next_frame(bounds));
    switch (static_cast<Message>(frame.type)) {
        case Message::kNames: {
            auto names = decode_names(frame.payload);
            if (!names) return crash(names.error());
            return names;
        }
        case Message::kError:
            return take_error(frame.payload);
        default:
            return crash({ErrorCode::kCorruption, "an unknown message"});
    }
}

Result<EndMessage> WorkerClient::execute(const ExecuteMessage& message,
                                         const QueryBounds& bounds,
                                         const WriteBody& write) {
    ICE_TRY(send(Message::kExecute, encode_execute(message)));
    std::uint64_t body_bytes = 0;
    while (true) {
        ICE_ASSIGN(const auto frame, next_frame(bounds));
        switch (static_cast<Message>(frame.type)) {
            case Message::kData:
                // The worker counts too, but it may be taken over.
                body_bytes += frame.payload.size();
                if (body_bytes > body_bytes_max_) {
                    return crash({ErrorCode::kCorruption, "an endless reply"});
                }
                if (!is_client_gone_) is_client_gone_ = !write(frame.payload);
                break;
            case Message::kEnd: {
                auto end = decode_end(frame.payload);
                if (!end) return crash(end.error());
                if (is_client_gone_) return fail(ErrorCode::kShuttingDown, "the client is gone");
                return end;
            }
            case Message::kError:
                return take_error(frame.payload);
            default:
                return crash({ErrorCode::kCorruption, "an unknown message"});
        }
    }
}

void WorkerClient::give_up() {
    // An error shows in fate().
    [[maybe_unused]] auto ignored = send(Message::kGiveUp, "");
}

/// Waits for the worker, tells it to stop when it must, and kills it when it does not.
Result<Frame> WorkerClient::next_frame(const QueryBounds& bounds) {
    while (true) {
        const auto now = system_clock().steady();
        if (!is_cancel_sent_ && has_outgrown(bounds)) {
            outgrown_ = fail_memory_limit({.memory_bytes_max = bounds.memory_bytes_max}).value();
        }
        if ((*bounds.is_cancelled || is_client_gone_ || outgrown_) && !is_cancel_sent_) {
            ICE_TRY(stop(now));
        }
        if (now >= kill_at_) {
            if (outgrown_) return kill(outgrown_->code, outgrown_->message.c_str());
            return is_cancel_sent_
                       ? kill(ErrorCode::kShuttingDown, "the query was cancelled")
                       : kill(ErrorCode::kTimeout, "the query did not end before its deadline");
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(kill_at_ - now);
        pollfd entry{child_.socket_fd(), POLLIN, 0};
        const int ready = ::poll(&entry, 1, static_cast<int>(std::min(left, kCancelTick).count()));
        if (ready <= 0) continue;
        auto frame = read_frame(child_.socket_fd(), kill_at_, kWorkerFrameBytesMax);
        if (frame) return frame;
        if (frame.error().code != ErrorCode::kTimeout) return crash(frame.error());
    }
}

Result<> WorkerClient::stop(Deadline now) {
    is_cancel_sent_ = true;
    kill_at_ = std::min(kill_at_, now + kKillGrace);
    return send(Message::kCancel, "");
}

/// Memory that queries before it left to the allocator may be used again unseen.
bool WorkerClient::has_outgrown(const QueryBounds& bounds) const {
    return bounds.memory_bytes_max != 0 &&
           resident_bytes() > resident_before_bytes_ + bounds.memory_bytes_max;
}

Result<> WorkerClient::send(Message message, std::string_view payload) {
    auto sent = write_frame(
        child_.socket_fd(), static_cast<std::uint8_t>(message), payload, deadline_in(kSendTime));
    if (!sent) return crash(sent.error());
    return {};
}

tl::unexpected<Error> WorkerClient::crash(const Error& error) {
    fate_ = WorkerFate::kCrashed;
    child_.kill();
    const std::string how = child_.wait(deadline_in(kReapTime));
    telemetry::worker_crashed(how + ": " + error.message);
    return fail(ErrorCode::kIo,
                fmt::format("the SQL worker ended while it ran this query ({})", how));
}

tl::unexpected<Error> WorkerClient::kill(ErrorCode code, const char* message) {
    fate_ = WorkerFate::kKilled;
    child_.kill();
    telemetry::worker_killed();
    return fail(code, message);
}

tl::unexpected<Error> WorkerClient::take_error(std::string_view payload) {
    auto error = decode_error(payload);
    if (!error) return crash(error.error());
    if (error->is_worker_broken) fate_ = WorkerFate::kBroken;
    needs_extension_ = error->needs_extension;
    if (outgrown_ && error->code == ErrorCode::kShuttingDown) return tl::unexpected(*outgrown_);
    return fail(error->code, std::move(error->text));
}

bool WorkerClient::is_alive() const {
    // An idle worker says nothing: whatever there is to read is its end.
    pollfd entry{child_.socket_fd(), POLLIN, 0};
    return ::poll(&entry, 1, 0) == 0;
}

std::uint64_t WorkerClient::resident_bytes() const {
    std::ifstream file(fmt::format("/proc/{}/statm", child_.pid()));
    std::uint64_t total_pages = 0;
    std::uint64_t resident_pages = 0;
    if (!(file >> total_pages >> resident_pages)) return 0;
    return resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void WorkerClient::destroy() {
    child_.kill();
    child_.wait(deadline_in(kReapTime));
    std::error_code ignored;
    std::filesystem::remove_all(spill_directory_, ignored);
}

}  // namespace icelight::query
