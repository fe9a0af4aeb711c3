#include "base/worker_pool.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

namespace icelight {

WorkerPool::WorkerPool(const std::string& name,
                       std::size_t threads,
                       std::size_t items_max,
                       int nice)
    : queue_(items_max, items_max) {
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this, name, nice] { run(name, nice); });
}

WorkerPool::~WorkerPool() {
    close();
}

bool WorkerPool::try_run(std::function<void()> work) {
    return queue_.try_push(std::move(work));
}

void WorkerPool::close() {
    queue_.close();
    for (auto& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

void WorkerPool::run(const std::string& name, int nice) {
    name_this_thread(name);
    if (nice != 0) ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice);
    for (;;) {
        const auto work = queue_.pop();  // Ends with its turn: it may hold what others wait for.
        if (!work) return;
        (*work)();
    }
}

void name_this_thread(const std::string& name) {
    constexpr std::size_t kNameBytesMax = 15;
    ::pthread_setname_np(::pthread_self(), name.substr(0, kNameBytesMax).c_str());
}

}  // namespace icelight
