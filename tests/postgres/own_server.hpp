// A PostgreSQL server of the tests: on a socket in a directory of its own, as a user without rights
// where the tests run as root. It ends with the process.
#pragma once

#include "support/catch.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <stdlib.h>
#include <unistd.h>

namespace tickertape::postgres::testing {

class own_server {
public:
    own_server()
    {
        auto pattern = (std::filesystem::temp_directory_path() / "postgres-test-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        directory_ = pattern;
        const bool is_root = ::getuid() == 0;
        if (is_root) {
            command("chown postgres:postgres " + directory_);
            as_ = "setpriv --reuid=postgres --regid=postgres --clear-groups ";
        }
        programs_ = "$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)/";
        command(
            as_ + programs_ + "initdb -D " + directory_ +
            "/data -U keeper -A trust -E UTF8 --locale=C --no-sync");
        command(
            as_ + programs_ + "pg_ctl -D " + directory_ + "/data -w -l " + directory_ +
            "/log -o \"-k " + directory_ + " -c listen_addresses= -c fsync=off\" start");
    }
    ~own_server()
    {
        static_cast<void>(try_command(
            as_ + programs_ + "pg_ctl -D " + directory_ + "/data -m immediate -w stop"));
        std::error_code ignored;
        std::filesystem::remove(directory_ + ".out", ignored);
        std::filesystem::remove_all(directory_, ignored);
    }
    own_server(const own_server&) = delete;
    own_server& operator=(const own_server&) = delete;

    std::string url(const std::string& database = "postgres") const
    {
        return "postgresql://keeper@/" + database + "?host=" + directory_;
    }
    const std::string& directory() const noexcept { return directory_; }

private:
    bool try_command(const std::string& text) const
    {
        return std::system(("cd / && " + text + " >" + directory_ + ".out 2>&1").c_str()) == 0;
    }
    void command(const std::string& text) const
    {
        INFO(text);
        const bool is_done = try_command(text);
        std::filesystem::remove(directory_ + ".out");
        REQUIRE(is_done);
    }

    std::string directory_;
    std::string as_;
    std::string programs_;
};

}  // namespace tickertape::postgres::testing
