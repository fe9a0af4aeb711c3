#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "app/database.h"
#include "base/clock.h"
#include "base/result.h"

namespace icelight::app {

/// A query that somebody keeps under a name.
struct SavedQuery {
    std::string id;
    std::string owner;  ///< The name of the token that made it.
    std::string name;   ///< Its owner has no other of that name.
    std::string folder;
    std::string description;
    std::string sql;
    bool is_shared = false;  ///< Everybody who may query sees it; only its owner changes it.
    TimestampUs created_at_us = 0;
    TimestampUs updated_at_us = 0;
};

inline constexpr std::size_t kSavedQueriesMax = 5'000;
inline constexpr std::size_t kSavedQueriesPerOwnerMax = 500;
inline constexpr std::size_t kSavedSqlBytesMax = 256u << 10;
inline constexpr std::size_t kSavedSqlBytesPerOwnerMax = 8u << 20;
inline constexpr std::size_t kFolderBytesMax = 200;
inline constexpr std::size_t kDescriptionBytesMax = 4'096;
/// Of a list; one query alone is whole.
inline constexpr std::size_t kListedSqlBytesMax = 1'024;

/// Who asks: their own queries, and when an administrator everybody's.
struct SavedQueryUser {
    std::string name;
    bool is_admin = false;
};

/// Saved queries in app.db.
///
/// Errors beside Database's: kInvalidArgument (names the member), kNotFound (also what the user may
/// not see), kForbidden (seen, but of somebody else), kAlreadyExists (the name), kTooLarge.
/// Thread safety: that of Database. Lifetime: database and clock outlive it.
class SavedQueries {
public:
    SavedQueries(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

    /// What the user may see, by folder and name; `sql` is cut at kListedSqlBytesMax.
    Result<std::vector<SavedQuery>> list(const SavedQueryUser& user);

    Result<SavedQuery> find(std::string_view id, const SavedQueryUser& user);

    /// @param query  id, owner and times are given here. @return as it is kept.
    Result<SavedQuery> add(SavedQuery query, const SavedQueryUser& user);

    /// Replaces everything but id, owner and creation time of the query of that id.
    Result<SavedQuery> change(SavedQuery query, const SavedQueryUser& user);

    Result<> remove(std::string_view id, const SavedQueryUser& user);

private:
    Database& database_;
    const Clock& clock_;
};

}  // namespace icelight::app
