#include "wal/identity.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "io/file_system.h"
#include "wal/directory.h"
#include "wal/format.h"

namespace icelight::wal {
namespace {

constexpr std::string_view kMagic = "ICELKEY1";
constexpr std::size_t kIdentityBytes = 248;

}  // namespace

std::string encode_identity(const Identity& identity) {
    std::string out(kMagic);
    append_fixed(out, kFormatVersion);
    append_fixed(out, identity.log_uuid.bytes);
    append_fixed(out, identity.parent_uuid.bytes);
    append_fixed(out, identity.start_offset);
    append_fixed(out, identity.secret);
    append_fixed(out, crc32c(out));
    return out;
}

Result<Identity> decode_identity(std::string_view bytes) {
    if (bytes.size() != kIdentityBytes || !bytes.starts_with(kMagic))
        return fail(ErrorCode::kCorruption, "not the key of a log");
    const auto covered = bytes.substr(0, kIdentityBytes - sizeof(std::uint32_t));
    ByteReader in(bytes.substr(kMagic.size()));
    const auto version = in.fixed<std::uint32_t>();
    Identity identity;
    identity.log_uuid.bytes = in.fixed<std::array<unsigned char, 16>>();
    identity.parent_uuid.bytes = in.fixed<std::array<unsigned char, 16>>();
    identity.start_offset = in.fixed<std::uint64_t>();
    identity.secret = in.fixed<FingerprintKey>();
    if (in.fixed<std::uint32_t>() != crc32c(covered))
        return fail(ErrorCode::kCorruption, "the key of the log fails its checksum");
    if (version != kFormatVersion)
        return fail(ErrorCode::kUnsupported, "written by a newer version");
    return identity;
}

Result<Identity> load_identity(const std::filesystem::path& directory, io::FileSystem& files) {
    const auto path = directory / kKeyName;
    ICE_ASSIGN(const std::string bytes, files.read_file(path, kIdentityBytes * 16));
    auto identity = decode_identity(bytes);
    if (!identity) {
        auto error = identity.error();
        error.message += ". Nothing was changed; restore this file from a backup";
        return fail_in(path.string(), std::move(error));
    }
    return identity;
}

Result<> store_identity(const std::filesystem::path& directory,
                        io::FileSystem& files,
                        const Identity& identity) {
    const auto fresh = directory / kNewKeyName;
    ICE_ASSIGN(const bool has_leftover, files.exists(fresh));
    if (has_leftover) {
        ICE_TRY(files.remove(fresh));
    }
    ICE_TRY(files.write_file_durably(fresh, encode_identity(identity)));
    ICE_TRY(files.rename(fresh, directory / kKeyName));
    return files.sync_directory(directory);
}

}  // namespace icelight::wal
