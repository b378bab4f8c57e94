// Prices that we calculate carry no more digits than their sources could have told.
#pragma once

namespace tickertape {

// The double nearest to `value` written with so many significant decimal digits, 1 to 17: at 3
// digits 1234.5 becomes 1230. Allocates nothing. `value` is finite.
double rounded_to_digits(double value, int digits) noexcept;

// How many significant decimal digits the shortest text has that means `value`: 4 of 6942.0, 7 of
// 69420.25. Allocates nothing. `value` is finite.
int digits_of(double value) noexcept;

}  // namespace tickertape
