#include "query/external/equality_deletes.h"

#include <vector>

#include <simdjson.h>

namespace icelight::query {
namespace {

using Element = simdjson::dom::element;
using Object = simdjson::dom::object;

/// The member's elements; none when it is absent or no array.
std::vector<Element> elements_of(const Object& object, const char* key) {
    simdjson::dom::array array;
    if (object[key].get(array) != simdjson::SUCCESS) return {};
    return {array.begin(), array.end()};
}

bool is_partitioned(const Object& metadata) {
    for (const Element spec : elements_of(metadata, "partition-specs")) {
        Object object;
        if (spec.get(object) != simdjson::SUCCESS) return true;
        if (!elements_of(object, "fields").empty()) return true;
    }
    // Version 1 may have no list of specs.
    return !elements_of(metadata, "partition-spec").empty();
}

Presence of_snapshot(const Object& snapshot) {
    std::string_view total;
    Object summary;
    if (snapshot["summary"].get(summary) != simdjson::SUCCESS ||
        summary["total-equality-deletes"].get(total) != simdjson::SUCCESS) {
        return Presence::kUnknown;
    }
    return total == "0" ? Presence::kNone : Presence::kSome;
}

}  // namespace

Presence find_partitioned_equality_deletes(std::string_view metadata_json) {
    simdjson::dom::parser parser;
    Object metadata;
    if (parser.parse(metadata_json.data(), metadata_json.size()).get(metadata) !=
        simdjson::SUCCESS) {
        return Presence::kUnknown;
    }
    if (!is_partitioned(metadata)) return Presence::kNone;
    std::int64_t current = -1;
    const bool has_current =
        metadata["current-snapshot-id"].get(current) == simdjson::SUCCESS && current != -1;
    if (!has_current) return Presence::kNone;
    for (const Element element : elements_of(metadata, "snapshots")) {
        Object snapshot;
        std::int64_t id = -1;
        if (element.get(snapshot) == simdjson::SUCCESS &&
            snapshot["snapshot-id"].get(id) == simdjson::SUCCESS && id == current) {
            return of_snapshot(snapshot);
        }
    }
    return Presence::kUnknown;
}

}  // namespace icelight::query
