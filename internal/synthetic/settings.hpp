// What the feeds can be told that ask no provider.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::synthetic {

// Prices made up or played back here, as PROVIDERS names them. Each stands alone: a simulated price
// never stands in for a real one.
inline constexpr std::array<std::string_view, 3> feed_names{"simulator", "replay", "pipe"};

struct simulator_settings {
    std::optional<std::uint64_t> seed{};  // none: another walk every time; it is logged
    std::chrono::milliseconds period{3000};
    std::optional<double> start_price{};  // of the first symbol; none: near what it costs
    double step_max = 0.0005;             // of the price, per period
    // The past that an archive without ticks begins with; 0: none.
    std::chrono::milliseconds history{0};
};

struct replay_settings {
    std::string path;
    double speed = 1;  // times its own pace; 0: as fast as it can be read
    bool loop = false;
};

struct pipe_settings {
    int descriptor = 0;  // standard input
};

}  // namespace tickertape::synthetic
