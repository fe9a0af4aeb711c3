#include "engine/error.h"

#include <array>

namespace icelight::engine {
namespace {

struct Row {
    std::string_view prefix;
    ErrorKind kind;
};

constexpr ErrorKind kCaller{ErrorCode::kInvalidArgument, false};
constexpr ErrorKind kBroken{ErrorCode::kIo, true};

/// The text before " Error" as the engine spells its kinds. What is not here is kIo.
constexpr std::array kKinds{
    Row{"Parser", kCaller},
    Row{"Syntax", kCaller},
    Row{"Binder", kCaller},
    Row{"Catalog", kCaller},
    Row{"Planner", kCaller},
    Row{"Expression", kCaller},
    Row{"Conversion", kCaller},
    Row{"Invalid Input", kCaller},
    Row{"Invalid type", kCaller},
    Row{"Invalid", kCaller},
    Row{"Out of Range", kCaller},
    Row{"Decimal", kCaller},
    Row{"Mismatch Type", kCaller},
    Row{"Divide by Zero", kCaller},
    Row{"Object Size", kCaller},
    Row{"Constraint", kCaller},
    Row{"Parameter Not Resolved", kCaller},
    Row{"Parameter Not Allowed", kCaller},
    Row{"Out of Memory", kCaller},
    Row{"Sequence", kCaller},
    Row{"Dependency", kCaller},
    Row{"Settings", kCaller},
    Row{"TransactionContext", kCaller},
    Row{"INTERRUPT", {ErrorCode::kTimeout, false}},
    Row{"Permission", {ErrorCode::kForbidden, false}},
    Row{"Not implemented", {ErrorCode::kUnsupported, false}},
    Row{"INTERNAL", kBroken},
    Row{"FATAL", kBroken},
};

}  // namespace

ErrorKind find_error_kind(std::string_view message) {
    constexpr std::string_view kMark = " Error";
    for (const Row& row : kKinds) {
        if (message.starts_with(row.prefix) &&
            message.substr(row.prefix.size()).starts_with(kMark)) {
            return row.kind;
        }
    }
    return {};
}

}  // namespace icelight::engine
