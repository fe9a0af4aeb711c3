#include "server/testing/stored_items.h"

#include "base/check.h"
#include "event/codec.h"
#include "io/file_system.h"
#include "wal/log.h"
#include "wal/reader.h"

namespace icelight::server::testing {
namespace {

template <class Row, class Columns>
StoredItem make_item(const Result<Row>& row, const Columns& columns) {
    ICE_CHECK(row.has_value(), "a stored item does not decode");
    StoredItem item;
    for (const event::Column& column : columns) {
        if (row->is_null(column.id)) continue;
        const bool is_text = column.type == event::ColumnType::kString ||
                             column.type == event::ColumnType::kJsonText ||
                             column.type == event::ColumnType::kBinary;
        item[std::string(column.name)] =
            is_text ? std::string(row->text(column.id)) : std::to_string(row->number(column.id));
    }
    return item;
}

}  // namespace

std::vector<StoredItem> read_stored_items(const std::filesystem::path& log_directory,
                                          const wal::Log& log) {
    auto reader = wal::Reader::open(log_directory, io::posix_file_system());
    ICE_CHECK(reader.has_value(), reader.error().message);
    std::vector<StoredItem> items;
    const auto read =
        reader->read(0, log.durable_offset(), [&items](const wal::RecordView& record) {
            const bool has_rows = record.kind == wal::RecordKind::kRows;
            record.for_each_item([&](std::uint64_t /*offset*/, std::string_view bytes) {
                items.push_back(
                    has_rows ? make_item(event::decode_row(bytes), event::kEventColumns)
                             : make_item(event::decode_reject(bytes), event::kRejectedColumns));
            });
            return Result<>();
        });
    ICE_CHECK(read.has_value(), read.error().message);
    return items;
}

}  // namespace icelight::server::testing
