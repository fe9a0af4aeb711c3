#pragma once

#include <string>
#include <vector>

#include "engine/query_result.h"
#include "query/service.h"

namespace icelight::query {

/// The members of a reply's meta that say what it was made from and what it took, without braces:
/// "rowCount":N,"executionTime":ms,"truncated":false,"snapshotId":"…","watermark":W,"durable":P,
/// "tailRows":N,"dataThrough":"…Z","timings":{"waitMs","planMs"},"rowsScanned":N,"bytesScanned":N,
/// "files":N,"filesSkipped":N
void append_meta(const ReplyFacts& facts, std::string& out);

/// [{"name":"a","type":"BIGINT"}]; `names` instead of the columns' own.
std::string columns_text(const std::vector<std::string>& names,
                         const std::vector<engine::ResultColumn>& columns);

}  // namespace icelight::query
