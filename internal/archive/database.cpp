#include "archive/database.hpp"

#include <soci/session.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <system_error>
#include <utility>

namespace tickertape::archive {
namespace {

using namespace sqlite_api;

// "TT" and, in the lower half, the version of the schema.
constexpr std::int64_t application_id = 0x5454'0000;

archive_errc code_of(int sqlite_code, int system_errno) noexcept
{
    switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
        return archive_errc::disk_full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_ERROR:  // a table that is not there
    case SQLITE_MISMATCH:
        return archive_errc::damaged;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return archive_errc::busy;
    case SQLITE_IOERR:
        if (code_of_errno(system_errno) == archive_errc::disk_full)
            return archive_errc::disk_full;
        return archive_errc::disk_failed;
    default:
        return archive_errc::not_accessible;
    }
}

// The path as a URI, of which no character means anything to SOCI's connection string.
std::string uri_of(const std::filesystem::path& path, std::string_view query)
{
    static constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/";
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "file:";
    for (const char c : std::filesystem::absolute(path).string()) {
        if (plain.find(c) != std::string_view::npos) {
            text += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        text += '%';
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text.append(query);
}

std::string_view query_of(database::access how) noexcept
{
    switch (how) {
    case database::access::create:
    case database::access::scratch:
        return "?mode=rwc";
    case database::access::write:
        return "?mode=rw";
    case database::access::read:
        return "?mode=ro";
    case database::access::immutable:
        return "?mode=ro&immutable=1";
    }
    return {};
}

// The library keeps the type's name to itself, so the sanitizer cannot look whether the cast is
// right; the session was made with that backend.
__attribute__((no_sanitize("vptr"))) sqlite3* handle_of(soci::session& of)
{
    return static_cast<soci::sqlite3_session_backend*>(of.get_backend())->conn_;
}

bool is_for_reading(database::access how) noexcept
{
    return how == database::access::read || how == database::access::immutable;
}

}  // namespace

void statement::finalize::operator()(sqlite3_stmt* s) const noexcept
{
    sqlite3_finalize(s);
}

statement::statement(const database& of, std::string_view sql) : of_{&of}
{
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v3(
            of.handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &made,
            nullptr) != SQLITE_OK)
        of.fail("prepare");
    statement_.reset(made);
}

void statement::bind(int index, std::int64_t value)
{
    if (sqlite3_bind_int64(statement_.get(), index, value) != SQLITE_OK)
        of_->fail("bind");
}

void statement::bind(int index, double value)
{
    if (sqlite3_bind_double(statement_.get(), index, value) != SQLITE_OK)
        of_->fail("bind");
}

void statement::bind(int index, std::string_view value)
{
    // Null: SQLite does not copy the text.
    if (sqlite3_bind_text(
            statement_.get(), index, value.data(), static_cast<int>(value.size()), nullptr) !=
        SQLITE_OK)
        of_->fail("bind");
}

bool statement::step()
{
    switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW:
        return true;
    case SQLITE_DONE:
        return false;
    default:
        of_->fail("step");
    }
}

void statement::reset() noexcept
{
    sqlite3_reset(statement_.get());
}

void statement::run()
{
    // Reset also after a failure, or its transaction could not be rolled back.
    const int code = sqlite3_step(statement_.get());
    if (code != SQLITE_DONE && code != SQLITE_ROW) {
        try {
            of_->fail("step");
        } catch (...) {
            reset();
            throw;
        }
    }
    reset();
}

std::int64_t statement::integer(int column) const noexcept
{
    return sqlite3_column_int64(statement_.get(), column);
}

double statement::real(int column) const noexcept
{
    return sqlite3_column_double(statement_.get(), column);
}

std::string_view statement::text(int column) const noexcept
{
    const auto* chars =
        reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    if (chars == nullptr)
        return {};
    return {chars, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

database::database(const std::filesystem::path& path, access how) : path_{path}
{
    try {
        std::string text = "dbname=" + uri_of(path, query_of(how));
        if (is_for_reading(how))
            text += " readonly=1";
        session_ = std::make_unique<soci::session>(soci::sqlite3, text);
    } catch (const soci::soci_error& e) {
        const int number = errno;
        const bool is_full = code_of_errno(number) == archive_errc::disk_full;
        archive::fail(
            is_full ? archive_errc::disk_full : archive_errc::not_accessible,
            path.string() + ": open: " + e.what());
    }
    handle_ = handle_of(*session_);
    sqlite3_extended_result_codes(handle_, 1);
    sqlite3_busy_timeout(handle_, busy_ms_max);
    run("PRAGMA cell_size_check = ON");
    run("PRAGMA trusted_schema = OFF");
    if (is_for_reading(how)) {
        // What must never checkpoint is told so thrice: read-only, without a checkpoint at close,
        // and without one after a commit.
        forgo_checkpoint();
        sqlite3_wal_autocheckpoint(handle_, 0);
        run("PRAGMA query_only = ON");
    } else if (how == access::scratch) {
        run("PRAGMA journal_mode = OFF");
        run("PRAGMA synchronous = OFF");
        run("PRAGMA locking_mode = EXCLUSIVE");
    } else {
        run("PRAGMA journal_mode = WAL");
        run("PRAGMA synchronous = NORMAL");
        sqlite3_wal_hook(
            handle_,
            [](void* pages, sqlite3*, const char*, int in_log) {
                *static_cast<int*>(pages) = in_log;
                return SQLITE_OK;
            },
            &log_pages_);
    }
}

database::~database() = default;

void database::run(const std::string& sql)
{
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        fail(sql.substr(0, sql.find('\n')));
}

std::int64_t database::integer(std::string_view sql) const
{
    auto s = prepare(sql);
    return s.step() ? s.integer(0) : 0;
}

std::int64_t database::schema_version(std::int64_t newest) const
{
    const auto version = integer("PRAGMA user_version");
    const auto second = integer("PRAGMA application_id");
    if (version == 0 && second == 0)
        return 0;
    if (second != application_id + version)
        archive::fail(archive_errc::damaged, path_.string() + ": its version is damaged");
    if (version > newest)
        archive::fail(archive_errc::newer_schema, path_.string() + ": written by a newer version");
    return version;
}

void database::set_schema_version(std::int64_t version)
{
    run("PRAGMA user_version = " + std::to_string(version));
    run("PRAGMA application_id = " + std::to_string(application_id + version));
}

void database::sync_log()
{
    // SQLite gives its own handle of the log, so no second descriptor is opened: closing one would
    // drop the locks of the first. The same call is what synchronous=FULL makes at each commit.
    sqlite3_file* log = nullptr;
    sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log));
    if (log == nullptr || log->pMethods == nullptr)
        return;  // nothing was written since it was opened
    const int code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
    if (code != SQLITE_OK)
        archive::fail(
            code_of(code, 0), path_.string() + ": sync of the log: " + sqlite3_errstr(code));
}

void database::checkpoint_if_long()
{
    if (log_pages_ < log_pages_max)
        return;
    const int code =
        sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
        fail("checkpoint");
    log_pages_ = 0;
}

bool database::checkpoint()
{
    const int code =
        sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (code == SQLITE_OK)
        return true;
    if ((code & 0xff) != SQLITE_BUSY)
        fail("checkpoint");
    return false;
}

void database::forgo_checkpoint() noexcept
{
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void database::copy_to(const std::filesystem::path& path) const
{
    {
        const database to{path, access::scratch};
        auto* copying = sqlite3_backup_init(to.handle_, "main", handle_, "main");
        if (copying == nullptr)
            to.fail("backup");
        // In one step, which is one transaction: a writer in between would begin it anew.
        const int code = sqlite3_backup_step(copying, -1);
        sqlite3_backup_finish(copying);
        if (code != SQLITE_DONE && (code & 0xff) == SQLITE_CORRUPT)
            fail("backup");
        if (code != SQLITE_DONE)
            to.fail("backup");
    }
    // The copy says that it has a log, as the original does; opening it so ends that.
    const database done{path, access::scratch};
}

void database::fail(std::string_view doing) const
{
    const int code = sqlite3_extended_errcode(handle_);
    const int number = sqlite3_system_errno(handle_);
    std::string text = path_.string() + ": " + std::string{doing} + ": " + sqlite3_errmsg(handle_);
    if (number != 0)
        text += " (" + std::generic_category().message(number) + ')';
    archive::fail(code_of(code, number), std::move(text));
}

transaction::~transaction()
{
    if (of_ == nullptr)
        return;
    try {
        of_->run("ROLLBACK");
    } catch (
        const thrown_failure&) {  // SQLite has rolled back by itself, as it does on a full disk
        of_ = nullptr;
    }
}

void transaction::commit()
{
    of_->run("COMMIT");
    of_ = nullptr;
}

savepoint::~savepoint()
{
    if (of_ == nullptr)
        return;
    try {
        of_->run("ROLLBACK TO of_ours");
        of_->run("RELEASE of_ours");
    } catch (const thrown_failure&) {  // as above
        of_ = nullptr;
    }
}

void savepoint::commit()
{
    of_->run("RELEASE of_ours");
    of_ = nullptr;
}

}  // namespace tickertape::archive
