// A permit to use one unit of a bounded thing, such as a connection, which is given back when its
// holder ends.
//
// Eight bytes, because every subscriber has one.
#pragma once

#include <memory>

namespace tickertape {

class lessor {
public:
    // Called once per lease, on whichever thread its holder was on.
    virtual void give_back() noexcept = 0;

protected:
    ~lessor() = default;
};

struct give_back {
    void operator()(lessor* from) const noexcept { from->give_back(); }
};

using lease = std::unique_ptr<lessor, give_back>;

}  // namespace tickertape
