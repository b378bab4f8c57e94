// A SQLite file, opened through SOCI; and prepared statements of SQLite itself, for the rows that
// come by the million: a row read through SOCI costs half as much again.
//
// SQLite before 3.51.3 can damage a file if two connections write or checkpoint it at the same
// moment. So a file has one connection that does, and what is opened for reading never
// checkpoints: not by itself, and not when it is the last one to close.
//
// All functions throw thrown_failure with the path and what SQLite said. Threads: one at a time.
#pragma once

#include "archive/errors.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace soci {
class session;
}
namespace sqlite_api {
struct sqlite3;
struct sqlite3_stmt;
}  // namespace sqlite_api

namespace tickertape::archive {

class statement {
public:
    // Binds parameter `index`, counted from 1. A text outlives the steps that follow.
    void bind(int index, std::int64_t value);
    void bind(int index, double value);
    void bind(int index, std::string_view value);
    // Returns whether there is a row.
    bool step();
    // To be called before it is used again. Parameters stay bound.
    void reset() noexcept;
    // Steps a statement that gives no rows, and resets it.
    void run();

    // Columns are counted from 0. A text is valid until the next step.
    std::int64_t integer(int column) const noexcept;
    double real(int column) const noexcept;
    std::string_view text(int column) const noexcept;

private:
    friend class database;
    struct finalize {
        void operator()(sqlite_api::sqlite3_stmt* s) const noexcept;
    };
    statement(const class database& of, std::string_view sql);

    std::unique_ptr<sqlite_api::sqlite3_stmt, finalize> statement_;
    const database* of_;
};

class database {
public:
    enum class access {
        create,     // may write; made if it is not there
        write,      // may write
        scratch,    // a new file of one writer, without a journal: of use only once it is complete
        read,       // beside a writer
        immutable,  // a file that never changes again: no locks, no journal
    };

    // How long a connection waits for the lock of another one.
    static constexpr int busy_ms_max = 2'000;
    // The length of a log, in pages of 4 KiB, from which it is copied into its file.
    static constexpr int log_pages_max = 1'000;

    database(const std::filesystem::path& path, access how);
    ~database();
    database(const database&) = delete;
    database& operator=(const database&) = delete;

    void run(const std::string& sql);
    statement prepare(std::string_view sql) const { return {*this, sql}; }
    std::int64_t integer(std::string_view sql) const;

    // The version of the schema. It is stored twice, so that a flipped bit is no newer version.
    // Throws archive_errc::damaged, or ::newer_schema if it is later than `newest`.
    std::int64_t schema_version(std::int64_t newest) const;
    void set_schema_version(std::int64_t version);

    // Forces the write-ahead log to the disk, so that everything committed is durable.
    void sync_log();
    // Copies the log into the file as far as readers let it, if it has grown long. SQLite would do
    // so at a commit, but tells nobody when it fails.
    void checkpoint_if_long();
    // Copies the log into the file and empties it. Returns false where a reader is in the way.
    bool checkpoint();
    // Leaves the log as it is when this is closed.
    void forgo_checkpoint() noexcept;

    // Copies all of it, as it is at this moment, to a new file that needs no log. Another
    // connection may go on writing.
    void copy_to(const std::filesystem::path& path) const;

    [[noreturn]] void fail(std::string_view doing) const;
    const std::filesystem::path& path() const noexcept { return path_; }

private:
    friend class statement;

    std::filesystem::path path_;
    std::unique_ptr<soci::session> session_;
    sqlite_api::sqlite3* handle_ = nullptr;
    int log_pages_ = 0;
};

// A transaction that is rolled back unless it is committed.
class transaction {
public:
    explicit transaction(database& of) : of_{&of} { of.run("BEGIN IMMEDIATE"); }
    ~transaction();
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;
    void commit();

private:
    database* of_;
};

// The same within another transaction, or on its own. What is read until its end is of one moment.
class savepoint {
public:
    explicit savepoint(database& of) : of_{&of} { of.run("SAVEPOINT of_ours"); }
    ~savepoint();
    savepoint(const savepoint&) = delete;
    savepoint& operator=(const savepoint&) = delete;
    void commit();

private:
    database* of_;
};

}  // namespace tickertape::archive
