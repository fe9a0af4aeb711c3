#include <random>

#include <gtest/gtest.h>

#include "iceberg/json/table_metadata_json.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/name_mapping.h"
#include "iceberg/test/sample.h"

// Readers of stored bytes are given every truncation and many random changes of real files. Each
// must answer an error or a value; nothing may crash, hang or read outside (shown by the sanitizer
// builds).
namespace icelight::iceberg {
namespace {

using testing::read_data;

constexpr unsigned kSeed = 20'240'229;

using Reader = bool (*)(std::string_view);

bool reads_manifest(std::string_view bytes) {
    return decode_manifest(bytes).has_value();
}

bool reads_list(std::string_view bytes) {
    return decode_manifest_list(bytes).has_value();
}

bool reads_metadata(std::string_view bytes) {
    auto table = parse_table_metadata(bytes);
    // What is accepted can also be written and read again.
    if (table) {
        EXPECT_TRUE(parse_table_metadata(encode_table_metadata(*table)));
    }
    return table.has_value();
}

bool reads_mapping(std::string_view bytes) {
    return parse_name_mapping(bytes).has_value();
}

void flip_bytes(const std::string& whole, Reader reads, int rounds) {
    std::mt19937 random(kSeed);
    for (int round = 0; round < rounds; ++round) {
        auto bytes = whole;
        for (auto changes = random() % 4 + 1; changes > 0; --changes) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        reads(bytes);
    }
}

std::string plain_manifest() {
    // DuckDB's are not compressed, so changes reach the decoder.
    return read_data("duckdb-added.avro");
}

TEST(Robustness, CutManifestsAreErrors) {
    const auto manifest = encode_manifest(testing::sample_manifest())->bytes;
    for (const auto& whole : {manifest, plain_manifest(), read_data("pyiceberg-added.avro")}) {
        ASSERT_TRUE(reads_manifest(whole));
        std::size_t accepted = 0;
        for (std::size_t length = 0; length < whole.size(); ++length) {
            accepted += reads_manifest(std::string_view(whole).substr(0, length)) ? 1 : 0;
        }
        // A file that ends with its header or with one of its (at most two) blocks looks whole;
        // the length in the manifest list tells.
        EXPECT_LE(accepted, 2U);
    }
}

TEST(Robustness, CutManifestListsAreErrors) {
    const auto whole = read_data("pyiceberg-manifest-list.avro");
    std::size_t accepted = 0;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        accepted += reads_list(std::string_view(whole).substr(0, length)) ? 1 : 0;
    }
    EXPECT_LE(accepted, 1U);
}

TEST(Robustness, CutTableMetadataIsAnError) {
    const auto whole = encode_table_metadata(testing::sample_table());
    ASSERT_TRUE(reads_metadata(whole));
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_FALSE(reads_metadata(std::string_view(whole).substr(0, length)));
    }
}

TEST(Robustness, ChangedBytesNeverBreakTheReaders) {
    flip_bytes(encode_manifest(testing::sample_manifest())->bytes, reads_manifest, 3'000);
    flip_bytes(plain_manifest(), reads_manifest, 5'000);
    flip_bytes(read_data("pyiceberg-existing.avro"), reads_manifest, 3'000);
    flip_bytes(read_data("pyiceberg-manifest-list.avro"), reads_list, 3'000);
    flip_bytes(read_data("duckdb-manifest-list.avro"), reads_list, 5'000);
    flip_bytes(
        R"([{"field-id": 1, "names": ["id", "old"]}, {"names": ["st"], "fields": [{"names": []}]}])",
        reads_mapping,
        3'000);
    flip_bytes(read_data("pyiceberg.metadata.json"), reads_metadata, 3'000);
    flip_bytes(encode_table_metadata(testing::sample_table()), reads_metadata, 3'000);
}

TEST(Robustness, ChangedValuesOfEntriesNeverBreakTheReader) {
    const auto whole = plain_manifest();
    const auto head = whole.size() - 300;  // The entry is at the end, behind the header.
    for (std::size_t at = head; at < whole.size(); ++at) {
        for (const int byte : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
            auto bytes = whole;
            bytes[at] = static_cast<char>(byte);
            reads_manifest(bytes);
        }
    }
}

}  // namespace
}  // namespace icelight::iceberg
