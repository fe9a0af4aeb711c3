#include "base/metrics.h"

#include <map>
#include <memory>
#include <mutex>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace icelight::metrics {
namespace {

prometheus::Registry& registry() {
    static prometheus::Registry registry;
    return registry;
}

std::map<std::string, std::string> to_map(const Labels& labels) {
    return {labels.begin(), labels.end()};
}

/// One wrapper per (name, labels), kept for the life of the process.
template <class Handle>
Handle& remember(const std::string& name, const Labels& labels) {
    static std::mutex mutex;
    static std::map<std::pair<std::string, Labels>, std::unique_ptr<Handle>> handles;
    const std::lock_guard lock(mutex);
    auto& slot = handles[{name, labels}];
    if (!slot) slot = std::make_unique<Handle>();
    return *slot;
}

}  // namespace

void Counter::add(double by) {
    static_cast<prometheus::Counter*>(impl_)->Increment(by);
}

void Gauge::set(double value) {
    static_cast<prometheus::Gauge*>(impl_)->Set(value);
}

void Gauge::add(double by) {
    static_cast<prometheus::Gauge*>(impl_)->Increment(by);
}

void Histogram::observe(double value) {
    static_cast<prometheus::Histogram*>(impl_)->Observe(value);
}

Counter& counter(const std::string& name, const std::string& help, const Labels& labels) {
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(registry());
    auto& handle = remember<Counter>(name, labels);
    handle.impl_ = &family.Add(to_map(labels));
    return handle;
}

Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels) {
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(registry());
    auto& handle = remember<Gauge>(name, labels);
    handle.impl_ = &family.Add(to_map(labels));
    return handle;
}

Histogram& histogram(const std::string& name,
                     const std::string& help,
                     const std::vector<double>& buckets,
                     const Labels& labels) {
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(registry());
    auto& handle = remember<Histogram>(name, labels);
    handle.impl_ = &family.Add(to_map(labels), buckets);
    return handle;
}

std::vector<double> duration_buckets_seconds() {
    return {0.0001,
            0.00025,
            0.0005,
            0.001,
            0.0025,
            0.005,
            0.01,
            0.025,
            0.05,
            0.1,
            0.25,
            0.5,
            1,
            2.5,
            5,
            10,
            30};
}

std::string serialize() {
    return prometheus::TextSerializer().Serialize(registry().Collect());
}

}  // namespace icelight::metrics
