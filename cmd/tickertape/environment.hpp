// What the process is given by the system it runs on.
#pragma once

#include "config/load.hpp"
#include "core/clock.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tickertape {

// The only clock of the product that is real.
class machine_clock final : public clock {
public:
    wall_time wall_now() const noexcept override;
    steady_time steady_now() const noexcept override;
    boot_time boot_now() const noexcept override;
};

std::optional<std::string> environment_variable(const std::string& name);
// The names of all variables that are set.
std::vector<std::string> environment_names();
result<std::string> read_file(const std::string& path, std::size_t bytes_max);

// The flags of process 1 where that is this program too, as in a container, and not this process.
// Empty: it is another program, or one that may not be looked at.
std::vector<std::string> flags_of_first_process();

// A subscriber is a file descriptor: takes as many as the system lets us have. Returns how many.
std::size_t raise_descriptor_limit() noexcept;

}  // namespace tickertape
