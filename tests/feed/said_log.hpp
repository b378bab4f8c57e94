// What is written to the log during a test, as text.
#pragma once

#include "telemetry/log.hpp"

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace tickertape::testing {

// While this lives, standard error goes to a file of its own. Threads: the test's.
class said_log {
public:
    said_log() : before_{::dup(STDERR_FILENO)}, file_{std::tmpfile()}
    {
        if (before_ < 0 || file_ == nullptr || ::dup2(::fileno(file_), STDERR_FILENO) < 0)
            throw std::runtime_error{"standard error cannot be redirected"};
        log_ = std::make_unique<telemetry::logger>(
            telemetry::log_level::debug, telemetry::log_format::text);
    }
    ~said_log()
    {
        log_.reset();
        ::dup2(before_, STDERR_FILENO);
        ::close(before_);
        std::fclose(file_);
    }
    said_log(const said_log&) = delete;
    said_log& operator=(const said_log&) = delete;

    const telemetry::logger& log() const noexcept { return *log_; }
    // All lines so far. Nothing may use the logger before this that may use it after.
    std::string text()
    {
        log_ = nullptr;  // writes what is queued
        std::string all;
        std::rewind(file_);
        for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_))
            all += static_cast<char>(c);
        return all;
    }

private:
    int before_;
    std::FILE* file_;
    std::unique_ptr<telemetry::logger> log_;
};

}  // namespace tickertape::testing
