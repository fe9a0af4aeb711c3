#include "engine/arrow_stream.h"

#include <nanoarrow/nanoarrow.h>
#include <nanoarrow/nanoarrow_ipc.h>

#include <array>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "engine/duckdb_internal.h"
#include "engine/query_internal.h"

namespace icelight::engine {
namespace {

tl::unexpected<Error> fail_arrow(const char* doing, const std::string& why) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the rows have no form as Arrow: {}: {}", doing, why));
}

/// The engine's own outcome of a conversion.
Result<> take_error(const char* doing, duckdb_error_data error) {
    Result<> outcome;
    if (duckdb_error_data_has_error(error)) {
        outcome = fail_arrow(doing, duckdb_error_data_message(error));
    }
    duckdb_destroy_error_data(&error);
    return outcome;
}

/// What the engine's mapping would change: a dictionary is not written, integers beyond 2^127 turn
/// negative, a time's zone is lost. Null: nothing.
const char* find_unfit(const ColumnType& type) {
    switch (type.type) {
        case Type::kEnum:
            return "an ENUM";
        case Type::kUHugeInt:
            return "a UHUGEINT";
        case Type::kTimeTz:
            return "a TIME WITH TIME ZONE";
        default:
            break;
    }
    for (const auto& child : type.children) {
        if (const auto* const unfit = find_unfit(child)) return unfit;
    }
    return nullptr;
}

}  // namespace

struct ArrowStream::State {
    State() {
        ArrowArrayViewInitFromType(&view, NANOARROW_TYPE_UNINITIALIZED);
        ArrowBufferInit(&header);
        ArrowBufferInit(&body);
    }

    State(const State&) = delete;
    State& operator=(const State&) = delete;

    ~State() {
        duckdb_destroy_arrow_options(&options);
        if (schema.release != nullptr) schema.release(&schema);
        ArrowArrayViewReset(&view);
        if (encoder.private_data != nullptr) ArrowIpcEncoderReset(&encoder);
        ArrowBufferReset(&header);
        ArrowBufferReset(&body);
    }

    Result<> check(const char* doing, ArrowErrorCode code) const {
        if (code == NANOARROW_OK) return {};
        return fail_arrow(doing, error.message);
    }

    /// Appends the encoder's message, with its length in front.
    Result<> take_message(std::string& out) {
        header.size_bytes = 0;
        ICE_TRY(check("message", ArrowIpcEncoderFinalizeBuffer(&encoder, 1, &header)));
        out.append(reinterpret_cast<const char*>(header.data),
                   static_cast<std::size_t>(header.size_bytes));
        return {};
    }

    duckdb_arrow_options options = nullptr;
    ArrowSchema schema{};
    ArrowArrayView view{};
    ArrowIpcEncoder encoder{};
    ArrowBuffer header{};
    ArrowBuffer body{};
    ArrowError error{};
};

ArrowStream::ArrowStream(std::unique_ptr<State> state) : state_(std::move(state)) {}

ArrowStream::ArrowStream(ArrowStream&&) noexcept = default;
ArrowStream& ArrowStream::operator=(ArrowStream&&) noexcept = default;
ArrowStream::~ArrowStream() = default;

Result<ArrowStream> ArrowStream::open(const QueryResult& result,
                                      const std::vector<std::string>& names,
                                      std::string& out) {
    for (const auto& column : result.columns()) {
        if (const auto* const unfit = find_unfit(column.type)) {
            return fail(ErrorCode::kInvalidArgument,
                        fmt::format("column \"{}\" holds {}, which has no form as Arrow here: cast "
                                    "it to VARCHAR",
                                    column.name,
                                    unfit));
        }
    }
    auto state = std::make_unique<State>();
    duckdb_result& raw = result.handle_->result;
    state->options = duckdb_result_get_arrow_options(&raw);
    std::vector<duckdb_logical_type> types;
    std::vector<const char*> texts;
    for (std::size_t i = 0; i < names.size(); ++i) {
        types.push_back(duckdb_column_logical_type(&raw, i));
        texts.push_back(names[i].c_str());
    }
    auto* const failure = duckdb_to_arrow_schema(
        state->options, types.data(), texts.data(), types.size(), &state->schema);
    for (auto& type : types)
        duckdb_destroy_logical_type(&type);
    ICE_TRY(take_error("types", failure));
    ICE_TRY(state->check(
        "types", ArrowArrayViewInitFromSchema(&state->view, &state->schema, &state->error)));
    ICE_TRY(state->check("encoder", ArrowIpcEncoderInit(&state->encoder)));
    ICE_TRY(state->check(
        "types", ArrowIpcEncoderEncodeSchema(&state->encoder, &state->schema, &state->error)));
    ICE_TRY(state->take_message(out));
    return ArrowStream(std::move(state));
}

Result<> ArrowStream::append(const Chunk& chunk, std::string& out) {
    State& state = *state_;
    ArrowArray array{};
    ICE_TRY(take_error("rows",
                       duckdb_data_chunk_to_arrow(
                           state.options, static_cast<duckdb_data_chunk>(chunk.chunk_), &array)));
    const auto encode = [&]() -> Result<> {
        ICE_TRY(state.check("rows", ArrowArrayViewSetArray(&state.view, &array, &state.error)));
        state.body.size_bytes = 0;
        ICE_TRY(state.check("rows",
                            ArrowIpcEncoderEncodeSimpleRecordBatch(
                                &state.encoder, &state.view, &state.body, &state.error)));
        return state.take_message(out);
    };
    auto encoded = encode();
    if (array.release != nullptr) array.release(&array);
    if (!encoded) return encoded;
    out.append(reinterpret_cast<const char*>(state.body.data),
               static_cast<std::size_t>(state.body.size_bytes));
    return {};
}

void ArrowStream::finish(std::string& out) {
    // Continuation marker and a length of 0.
    constexpr std::array<char, 8> kEnd = {'\xFF', '\xFF', '\xFF', '\xFF', 0, 0, 0, 0};
    out.append(kEnd.data(), kEnd.size());
}

}  // namespace icelight::engine
