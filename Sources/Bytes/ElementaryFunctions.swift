import Glibc

/// The natural logarithm of a positive number.
package func naturalLogarithm(_ value: Double) -> Double { log(value) }

/// e to the power of a number.
package func exponential(_ value: Double) -> Double { exp(value) }

/// A positive number to the power of another.
package func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
