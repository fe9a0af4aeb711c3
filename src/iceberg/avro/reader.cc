#include <cstring>
#include <limits>

#include "base/bytes.h"
#include "iceberg/avro/reader_internal.h"

namespace icelight::iceberg {

Result<> AvroReader::status() const {
    if (ok()) return {};
    return icelight::fail(ErrorCode::kCorruption, "Avro: " + problem_);
}

void AvroReader::fail(std::string problem) {
    if (ok()) problem_ = std::move(problem);
    input_ = {};
}

bool AvroReader::wrong_type(std::string_view expected) {
    fail("expected a " + std::string(expected));
    return false;
}

std::int64_t AvroReader::varint() {
    ByteReader reader(input_);
    const auto raw = reader.varint();
    if (!reader.ok()) {
        fail("cut short");
        return 0;
    }
    input_ = reader.rest();
    return unzigzag(raw);
}

std::string_view AvroReader::bytes(std::size_t count) {
    if (count > input_.size()) {
        fail("cut short");
        return {};
    }
    auto taken = input_.substr(0, count);
    input_.remove_prefix(count);
    return taken;
}

std::string_view AvroReader::sized() {
    const auto length = varint();
    if (length < 0) {
        fail("negative length");
        return {};
    }
    return bytes(static_cast<std::size_t>(length));
}

std::size_t AvroReader::block_count() {
    auto count = varint();
    if (count < 0) {
        // The block's size in bytes follows; we walk the items all the same.
        varint();
        if (count == std::numeric_limits<std::int64_t>::min()) {
            fail("negative count");
            return 0;
        }
        count = -count;
    }
    if (static_cast<std::uint64_t>(count) > items_left_) {
        fail("more items than bytes");
        return 0;
    }
    items_left_ -= static_cast<std::size_t>(count);
    return static_cast<std::size_t>(count);
}

const AvroNode* AvroReader::branch(const AvroNode& node) {
    const auto* current = &node;
    while (current->kind == AvroKind::kUnion) {
        const auto index = varint();
        if (index < 0 || static_cast<std::uint64_t>(index) >= current->branches.size()) {
            fail("no such branch of a union");
            return nullptr;
        }
        current = current->branches[static_cast<std::size_t>(index)].get();
    }
    if (!ok() || current->kind == AvroKind::kNull) return nullptr;
    return current;
}

std::optional<std::int64_t> AvroReader::find_int64(const AvroNode& node) {
    const auto* type = branch(node);
    if (type == nullptr) return std::nullopt;
    if (type->kind != AvroKind::kInt && type->kind != AvroKind::kLong) {
        wrong_type("integer");
        return std::nullopt;
    }
    return varint();
}

std::int64_t AvroReader::int64(const AvroNode& node) {
    auto value = find_int64(node);
    if (!value) fail("a required number is null");
    return value.value_or(0);
}

std::int32_t AvroReader::int32(const AvroNode& node) {
    const auto value = int64(node);
    if (value < std::numeric_limits<std::int32_t>::min() ||
        value > std::numeric_limits<std::int32_t>::max()) {
        fail("a number is out of range");
        return 0;
    }
    return static_cast<std::int32_t>(value);
}

std::optional<std::string> AvroReader::find_text(const AvroNode& node) {
    const auto* type = branch(node);
    if (type == nullptr) return std::nullopt;
    if (type->kind == AvroKind::kFixed) return std::string(bytes(type->fixed_bytes));
    if (type->kind != AvroKind::kString && type->kind != AvroKind::kBytes) {
        wrong_type("string or bytes");
        return std::nullopt;
    }
    return std::string(sized());
}

std::string AvroReader::text(const AvroNode& node) {
    auto value = find_text(node);
    if (!value) fail("a required string is null");
    return std::move(value).value_or("");
}

std::optional<bool> AvroReader::find_boolean(const AvroNode& node) {
    const auto* type = branch(node);
    if (type == nullptr) return std::nullopt;
    if (type->kind != AvroKind::kBoolean) {
        wrong_type("boolean");
        return std::nullopt;
    }
    const auto raw = bytes(1);
    return raw == std::string_view("\1", 1);
}

float AvroReader::float32(const AvroNode& node) {
    const auto* type = branch(node);
    float value = 0;
    if (type == nullptr || type->kind != AvroKind::kFloat) {
        wrong_type("float");
        return value;
    }
    const auto raw = bytes(sizeof(value));
    if (raw.size() == sizeof(value)) std::memcpy(&value, raw.data(), sizeof(value));
    return value;
}

double AvroReader::float64(const AvroNode& node) {
    const auto* type = branch(node);
    double value = 0;
    if (type == nullptr || type->kind != AvroKind::kDouble) {
        wrong_type("double");
        return value;
    }
    const auto raw = bytes(sizeof(value));
    if (raw.size() == sizeof(value)) std::memcpy(&value, raw.data(), sizeof(value));
    return value;
}

void AvroReader::skip(const AvroNode& node) {
    const auto* type = branch(node);
    if (type == nullptr) return;
    switch (type->kind) {
        case AvroKind::kNull:
        case AvroKind::kUnion:
            return;
        case AvroKind::kBoolean:
            bytes(1);
            return;
        case AvroKind::kInt:
        case AvroKind::kLong:
        case AvroKind::kEnum:
            varint();
            return;
        case AvroKind::kFloat:
            bytes(4);
            return;
        case AvroKind::kDouble:
            bytes(8);
            return;
        case AvroKind::kBytes:
        case AvroKind::kString:
            sized();
            return;
        case AvroKind::kFixed:
            bytes(type->fixed_bytes);
            return;
        case AvroKind::kRecord:
            record(*type, [](const AvroField&) { return false; });
            return;
        case AvroKind::kArray:
            array(*type, [this](const AvroNode& item) { skip(item); });
            return;
        case AvroKind::kMap:
            while (auto count = block_count()) {
                for (; count > 0 && ok(); --count) {
                    sized();
                    skip(*type->item);
                }
            }
            return;
    }
}

}  // namespace icelight::iceberg
