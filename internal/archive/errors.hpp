// What can go wrong with the archive, and a text about it for the operator.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tickertape::archive {

enum class archive_errc {
    in_use = 1,      // another process has the directory
    other_kind,      // the directory belongs to another kind of feed
    newer_schema,    // written by a newer version of the program
    not_accessible,  // a file or directory cannot be opened, created or moved
    disk_full,       // no room, or a file may not grow
    disk_failed,     // reading, writing or forcing to the disk failed
    busy,            // another connection holds a lock for too long
    damaged,         // what was read does not verify
    out_of_order,    // a tick is not after the last one
    out_of_range,    // a position or a number that the files cannot hold
    unreachable,     // no connection to the database, or it was lost
    no_answer,       // the database did not answer in time
    commits_lost,    // the database lost ticks that were not on its disk
};

// Its messages name no file, host or user: they may be shown to anybody.
const boost::system::error_category& archive_category() noexcept;
boost::system::error_code make_error_code(archive_errc e) noexcept;

// Callers branch on `code`; `text` names the file and says what SQLite or the system said.
struct failure {
    archive_errc code;
    std::string text;
};

// In this room every function that can fail gives one of these. Nothing throws across its edge.
template <class T>
using result = boost::system::result<T, failure>;

// Within the room a failure is thrown, as SOCI does; caught() at its edge makes a result of it.
class thrown_failure final : public std::exception {
public:
    explicit thrown_failure(failure what) : what_{std::move(what)} {}
    const char* what() const noexcept override { return what_.text.c_str(); }
    const failure& said() const noexcept { return what_; }

private:
    failure what_;
};

// The code that stands for this errno.
archive_errc code_of_errno(int number) noexcept;
[[noreturn]] void fail(archive_errc code, std::string text);
// Throws with errno: "data/live/LOCK: open: Permission denied".
[[noreturn]] void fail_errno(const std::string& path, std::string_view what);
// To be called in a catch block: the failure that was thrown, of whichever library it is.
failure caught() noexcept;

// How result::value() throws a failure.
[[noreturn]] inline void
throw_exception_from_error(const failure& what, const boost::source_location&)
{
    throw thrown_failure{what};
}

// The edge of the room: what `run` returns, or the failure it threw.
template <class F>
auto guarded(F&& run) -> result<decltype(run())>
{
    try {
        if constexpr (std::is_void_v<decltype(run())>) {
            run();
            return {};
        } else {
            return run();
        }
    } catch (...) {
        return caught();
    }
}

}  // namespace tickertape::archive

template <>
struct boost::system::is_error_code_enum<tickertape::archive::archive_errc> : std::true_type {
};
