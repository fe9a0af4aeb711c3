#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "base/testing/matchers.h"
#include "event/codec.h"
#include "event/parse.h"

namespace icelight::event::testing {

inline constexpr TimestampUs kReceivedAt = 1'767'225'660'000'000;  ///< 2026-01-01T00:01:00Z
inline constexpr FingerprintKey kKey{1, 2, 3};

/// A parsed request with its rows and rejects decoded.
struct Decoded {
    ParsedRequest parsed;  ///< Owns the bytes of the views.
    std::vector<RowView> rows;
    std::vector<RejectView> rejects;
};

inline RequestFacts make_facts(std::string_view route_type = "") {
    RequestFacts facts;
    facts.path = route_type.empty() ? Path::kBatch : Path::kSingle;
    facts.route_type = route_type;
    facts.received_at = kReceivedAt;
    facts.content_type = "application/json";
    facts.key = &kKey;
    return facts;
}

inline Decoded parse_and_decode(std::string body, const RequestFacts& facts) {
    Parser parser;
    Decoded decoded;
    decoded.parsed = parser.parse(std::move(body), facts);
    std::string_view bytes = decoded.parsed.rows;
    for (const RowRef& ref : decoded.parsed.row_refs) {
        auto row = decode_row(bytes.substr(0, ref.bytes));
        EXPECT_THAT(row, icelight::testing::IsOk());
        if (row) decoded.rows.push_back(*row);
        bytes.remove_prefix(ref.bytes);
    }
    EXPECT_TRUE(bytes.empty());
    bytes = decoded.parsed.rejects;
    for (const std::uint32_t length : decoded.parsed.reject_bytes) {
        auto reject = decode_reject(bytes.substr(0, length));
        EXPECT_THAT(reject, icelight::testing::IsOk());
        if (reject) decoded.rejects.push_back(*reject);
        bytes.remove_prefix(length);
    }
    EXPECT_TRUE(bytes.empty());
    EXPECT_EQ(decoded.parsed.errors.size(), decoded.rejects.size());
    EXPECT_EQ(decoded.parsed.received, decoded.rows.size() + decoded.rejects.size());
    return decoded;
}

inline Decoded parse_batch(const std::string& events, const std::string& envelope = "") {
    return parse_and_decode(R"({"batch":[)" + events + "]" + envelope + "}", make_facts());
}

}  // namespace icelight::event::testing
