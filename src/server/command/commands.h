#pragma once

#include <string>
#include <vector>

/// One function per command of the program, named in main.cc's table. Each gets the arguments after
/// its name and returns the exit status. Those that talk to a server only: tail.h, replay.h.
namespace icelight::server::command {

/// The command line was wrong, or the command could not begin.
inline constexpr int kUsageStatus = 2;

/// Prints "icelight: <why>" to stderr. @return kUsageStatus
int complain(const std::string& why);

/// Checks the data directory: through its server when one runs, else read-only. Prints the report
/// as JSON. @return 0 clean, 1 errors were found, 2 it could not be checked.
int run_fsck(const std::vector<std::string>& arguments);

/// Runs one SELECT through the server of the data directory, or read-only when it is stopped, and
/// prints its rows. @return 0, 1 the query failed, 2 it could not begin.
int run_query(const std::vector<std::string>& arguments);

/// Copies the data directory, in use or not, to --to DIR.
int run_backup(const std::vector<std::string>& arguments);
/// Makes the data directory from --from BACKUP, wherever that was made.
int run_restore(const std::vector<std::string>& arguments);
/// Makes the tables of a directory that was moved or copied say where they are.
int run_relocate(const std::vector<std::string>& arguments);
/// Decides about rows that somebody took out of the event tables: --accept or --replay.
int run_resume(const std::vector<std::string>& arguments);
/// Names everything in the data directory, asks (unless --yes), deletes it.
int run_teardown(const std::vector<std::string>& arguments);

}  // namespace icelight::server::command
