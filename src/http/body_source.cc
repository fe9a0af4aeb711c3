#include "http/body_source.h"

#include <utility>

#include "base/byte_pipe.h"
#include "base/completion.h"

namespace icelight::http {
namespace {

struct ReadPiece {
    std::shared_ptr<BytePipe> pipe;

    void operator()(Completion<std::string> done) { pipe->read(std::move(done)); }
};

}  // namespace

BodyPipe::BodyPipe(std::size_t bytes_max) : pipe_(std::make_shared<BytePipe>(bytes_max)) {}

BodyPipe::~BodyPipe() {
    pipe_->abandon();
}

bool BodyPipe::write(std::string_view bytes, Deadline deadline) {
    return pipe_->write(bytes, deadline);
}

void BodyPipe::finish(Result<> outcome) {
    pipe_->finish(std::move(outcome));
}

boost::asio::awaitable<Result<std::string>> BodyPipe::read() {
    ReadPiece start{pipe_};
    Result<std::string> piece = co_await await_completion<std::string>(std::move(start));
    co_return piece;
}

void BodyPipe::abandon() {
    pipe_->abandon();
}

}  // namespace icelight::http
