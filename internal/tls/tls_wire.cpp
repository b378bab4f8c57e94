#include "tls/tls_wire.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <sys/socket.h>

namespace tickertape::tls {

struct tls_wire::hooks {
    static tls_wire& of(BIO* b) { return *static_cast<tls_wire*>(::BIO_get_data(b)); }

    static int write(BIO* b, const char* bytes, int count)
    {
        of(b).outgoing_.append(bytes, static_cast<std::size_t>(count));
        return count;
    }

    static int read(BIO* b, char* into, int count)
    {
        auto& w = of(b);
        ::BIO_clear_retry_flags(b);
        if (w.left_to_read_ == 0) {
            BIO_set_retry_read(b);
            return -1;
        }
        ssize_t got = 0;
        do
            got = ::recv(w.descriptor_, into, static_cast<std::size_t>(count), MSG_DONTWAIT);
        while (got < 0 && errno == EINTR);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            BIO_set_retry_read(b);
            return -1;
        }
        w.input_ended_ = got <= 0;
        w.left_to_read_ -=
            std::min(w.left_to_read_, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        return static_cast<int>(got);
    }

    static long control(BIO* b, int what, long /*number*/, void* /*pointer*/)
    {
        switch (what) {
        case BIO_CTRL_FLUSH:
            return 1;
        case BIO_CTRL_EOF:
            return of(b).input_ended_ ? 1 : 0;
        default:
            return 0;
        }
    }

    static const BIO_METHOD* method()
    {
        static const auto made = [] {
            owned<BIO_METHOD> m{
                ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "descriptor")};
            if (!m)
                throw std::bad_alloc{};
            ::BIO_meth_set_write(m.get(), write);
            ::BIO_meth_set_read(m.get(), read);
            ::BIO_meth_set_ctrl(m.get(), control);
            return m;
        }();
        return made.get();
    }
};

void tls_wire::serve(SSL* ssl)
{
    owned<BIO> end{::BIO_new(hooks::method())};
    if (!end)
        throw std::bad_alloc{};
    ::BIO_set_data(end.get(), this);
    ::BIO_set_init(end.get(), 1);
    auto* const both = end.release();
    ::SSL_set_bio(ssl, both, both);  // it owns the one once
}

tls_wire::flushed tls_wire::flush() noexcept
{
    while (!outgoing_.empty()) {
        const auto taken =
            ::send(descriptor_, outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (taken < 0) {
            if (errno == EINTR)
                continue;
            return errno == EAGAIN || errno == EWOULDBLOCK ? flushed::some : flushed::gone;
        }
        outgoing_.erase(0, static_cast<std::size_t>(taken));
    }
    std::string{}.swap(outgoing_);  // frees the memory; = {} would keep it
    return flushed::all;
}

}  // namespace tickertape::tls
