// The server's end of a TLS connection while it is read from and written to: its handshake and the
// requests after it. Decides nothing and waits for nothing: it does what can be done at once with
// the descriptor and says what it would have to wait for.
//
// What it writes is kept until flush(), as long as the kernel does not take it; a caller that
// writes much flushes in between.
//
// Threads: one, that of the descriptor.
#pragma once

#include "tls/owned.hpp"
#include "tls/tls_context.hpp"
#include "tls/tls_writer.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tickertape::tls {

// Why a handshake came to nothing.
enum class tls_failure {
    closed,    // the peer left before the end
    not_tls,   // what it sent is no TLS
    http,      // it is HTTP in the clear
    version,   // older than TLS 1.2
    cipher,    // nothing we could encrypt with or agree on keys with
    protocol,  // ALPN without HTTP/1.1
    refused,   // the peer does not want us: an alert, for want of trust above all
    slow,      // not done in the time there is for it; nothing here knows of time
    other,
};
std::string_view name_of(tls_failure why) noexcept;

class tls_session {
public:
    enum class progress { done, wants_input, ended, failed };
    struct received {
        progress what;  // done: `bytes`, at least one; ended: the peer has said its last
        std::size_t bytes;
    };
    using flushed = tls_wire::flushed;

    // The descriptor outlives it. Throws std::bad_alloc.
    tls_session(const tls_context& of, int descriptor);
    tls_session(const tls_session&) = delete;
    tls_session& operator=(const tls_session&) = delete;
    ~tls_session() = default;

    // Goes on with the handshake as far as there is input for it. `done` once.
    progress handshake();
    // Whether somebody who was here before has been recognized.
    bool is_resumed() const noexcept;
    // After handshake() has failed, and what OpenSSL calls it.
    tls_failure failure() const noexcept { return failure_; }
    const std::string& cause() const noexcept { return cause_; }

    received read(std::span<char> into);
    // Takes all of it. Returns false where the connection is of no use any more.
    bool write(std::string_view bytes);
    // Hands to the kernel what it takes.
    flushed flush() { return wire_->flush(); }
    // Says goodbye; flush() sends it.
    void say_goodbye();
    // Whether there is input behind what has been read.
    bool has_input() const noexcept;

    // What goes on writing where this ends, once nobody reads any more. Null where there is no
    // such thing, because the handshake is not done.
    std::unique_ptr<tls_writer> release();

private:
    void note_failure(int outcome);

    std::unique_ptr<tls_wire> wire_;
    owned<SSL> ssl_;  // uses the wire, so it goes first
    tls_failure failure_ = tls_failure::other;
    std::string cause_;
};

}  // namespace tickertape::tls
