#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

/// Prometheus metrics of the process, served at /metrics.
///
/// Handles are made once at start and live as long as the process; updating one is an atomic
/// operation, from any thread. Names: icelight_<module>_<noun>_<unit>[_total]; labels from closed
/// sets.
namespace icelight::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Counter {
public:
    void add(double by = 1);

private:
    friend Counter& counter(const std::string&, const std::string&, const Labels&);
    void* impl_ = nullptr;
};

class Gauge {
public:
    void set(double value);
    void add(double by);

private:
    friend Gauge& gauge(const std::string&, const std::string&, const Labels&);
    void* impl_ = nullptr;
};

class Histogram {
public:
    void observe(double value);

private:
    friend Histogram& histogram(const std::string&,
                                const std::string&,
                                const std::vector<double>&,
                                const Labels&);
    void* impl_ = nullptr;
};

/// The same name and labels give the same handle.
Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
/// `buckets`: ascending upper bounds in the unit the name says.
Histogram& histogram(const std::string& name,
                     const std::string& help,
                     const std::vector<double>& buckets,
                     const Labels& labels = {});

/// Bounds from 100 us to 30 s, for durations in seconds.
std::vector<double> duration_buckets_seconds();

/// Everything in the Prometheus text format (version 0.0.4).
std::string serialize();

}  // namespace icelight::metrics
