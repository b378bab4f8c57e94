#include "archive/errors.hpp"

#include "core/enum_category.hpp"

#include <cerrno>
#include <string>
#include <system_error>

namespace tickertape::archive {
namespace {

std::string text(archive_errc e)
{
    switch (e) {
    case archive_errc::in_use:
        return "in use by another process";
    case archive_errc::other_kind:
        return "it belongs to another kind of feed";
    case archive_errc::newer_schema:
        return "written by a newer version";
    case archive_errc::not_accessible:
        return "a file or table is not accessible";
    case archive_errc::disk_full:
        return "the disk is full";
    case archive_errc::disk_failed:
        return "reading or writing failed";
    case archive_errc::busy:
        return "locked by another process";
    case archive_errc::damaged:
        return "what was read does not verify";
    case archive_errc::out_of_order:
        return "a tick is not after the last one";
    case archive_errc::out_of_range:
        return "a position or number out of range";
    case archive_errc::unreachable:
        return "the database cannot be reached";
    case archive_errc::no_answer:
        return "the database does not answer";
    case archive_errc::commits_lost:
        return "the database lost ticks that were not on its disk; they are written again";
    }
    return "unknown error";
}

}  // namespace

const boost::system::error_category& archive_category() noexcept
{
    static const enum_category<archive_errc> instance{"tickertape.archive", text};
    return instance;
}

boost::system::error_code make_error_code(archive_errc e) noexcept
{
    return {static_cast<int>(e), archive_category()};
}

archive_errc code_of_errno(int number) noexcept
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return archive_errc::disk_full;
    case EIO:
        return archive_errc::disk_failed;
    default:
        return archive_errc::not_accessible;
    }
}

void fail(archive_errc code, std::string text)
{
    throw thrown_failure{{code, std::move(text)}};
}

void fail_errno(const std::string& path, std::string_view what)
{
    const int number = errno;
    fail(
        code_of_errno(number),
        path + ": " + std::string{what} + ": " + std::generic_category().message(number));
}

failure caught() noexcept
{
    try {
        throw;
    } catch (const thrown_failure& e) {
        return e.said();
    } catch (const std::system_error& e) {
        return {code_of_errno(e.code().value()), e.what()};
    } catch (const std::exception& e) {
        return {archive_errc::disk_failed, e.what()};
    } catch (...) {
        return {archive_errc::disk_failed, "unknown error"};
    }
}

}  // namespace tickertape::archive
