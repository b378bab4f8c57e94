// The server's side of RFC 6455, byte by byte, so that it can be done wrong on purpose and many
// messages can leave in one write.
//
// Threads: one per object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fake_venue {

enum class opcode : std::uint8_t {
    continuation = 0,
    text = 1,
    reserved = 3,
    close = 8,
    ping = 9,
    pong = 10,
};

// The answer to Sec-WebSocket-Key.
std::string accept_key(std::string_view key);

// Only the header, of a payload that follows, or does not.
void append_frame_header(std::string& out, opcode kind, std::size_t size, bool is_final = true);
void append_frame(std::string& out, opcode kind, std::string_view payload, bool is_final = true);
void append_close(std::string& out, int code, std::string_view reason);

// 1005, as the RFC has it, where the payload of a close carries none.
int close_code_of(std::string_view payload);

struct client_message {
    opcode kind;
    std::string payload;
};

// What a client sends, put together from its frames.
class frame_reader {
public:
    void take(std::string_view bytes) { bytes_.append(bytes); }
    // None: more bytes are needed, or is_broken().
    std::optional<client_message> next();
    // It is no WebSocket client: a frame is not masked, or too long.
    bool is_broken() const noexcept { return is_broken_; }

private:
    struct frame {
        opcode kind;
        bool is_final;
        std::string payload;
    };

    std::optional<frame> next_frame();

    std::string bytes_;
    std::string whole_;  // of a message in several frames
    bool is_broken_ = false;
};

}  // namespace fake_venue
