import Glibc

/// The natural logarithm of a positive number.
package func naturalLogarithm(_ value: Double) -> Double { log(value) }
