#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace icelight::event::testing {

/// Events like those of browser SDKs: about 470 bytes of JSON each, the same for the same seed.
class Corpus {
public:
    explicit Corpus(std::uint64_t seed) : random_(seed) {}

    std::string event();
    std::string batch(std::size_t events);

private:
    std::size_t below(std::size_t bound) { return random_() % bound; }

    std::string uuid();
    std::string type();

    std::mt19937_64 random_;
    std::uint64_t made_ = 0;
};

/// Random JSON text of any shape: odd white space, escapes, duplicate keys, extreme numbers.
class RandomJson {
public:
    explicit RandomJson(std::uint64_t seed) : random_(seed) {}

    std::string value(int depth_max);
    std::string object(int depth_max);
    std::string string();
    std::string number();
    std::string space();

    /// An event with any of the known members, some spelled with escapes, and others.
    std::string event();

    /// `text` with one to three bytes changed, removed, doubled or swapped.
    std::string damage(std::string text);

    std::size_t below(std::size_t bound) { return random_() % bound; }

private:
    std::string key();

    std::mt19937_64 random_;
};

}  // namespace icelight::event::testing
