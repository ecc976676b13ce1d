import CKernels

/// One value a key, where the values are less than 2^32 apart, for finding the rows that differ.
///
/// PERF: four bytes a key, of which 100,000 stay in the cache.
package struct FollowTable: Sendable {
  private static let none = UInt32.max
  package let firstKey: Int64
  private let base: Int64
  /// By key, from the base on.
  private var offsets: [UInt32]

  /// A table without values, with room for those from `least` to `greatest` and, if they are not
  /// too far apart, about as many around them.
  package init?(firstKey: Int64, keyCount: Int, least: Int64, greatest: Int64) {
    let range = UInt64(bitPattern: greatest &- least)
    guard keyCount > 0, least <= greatest, range < UInt64(Self.none) else { return nil }
    self.firstKey = firstKey
    base = least &- Int64((UInt64(Self.none) - 1 - range) / 2)
    offsets = Array(repeating: Self.none, count: keyCount)
  }

  /// Makes room for more keys behind the others.
  package mutating func grow(toKeyCount count: Int) {
    offsets.append(contentsOf: repeatElement(Self.none, count: max(0, count - offsets.count)))
  }

  /// Sets the value of key `firstKey + place`; false where it is too far from the others.
  package mutating func set(_ place: Int, _ value: Int64) -> Bool {
    let offset = UInt64(bitPattern: value &- base)
    if offset >= UInt64(Self.none) { return false }
    offsets[place] = UInt32(truncatingIfNeeded: offset)
    return true
  }

  /// The places and the values of the rows whose value is not the one of their key.
  ///
  /// PERF: 6.9 ns a row as a loop in Swift, 2.1 ns gathered eight at a time (both processors busy).
  package func exceptions(
    _ keys: Span<Int64>, _ values: Span<Int64>, level: CPU.Level = CPU.level
  ) -> (places: [Int64], values: [Int64]) {
    precondition(keys.count == values.count, "a key a value")
    var places: [Int64] = []
    var kept: [Int64] = []
    if keys.isEmpty { return (places, kept) }
    places.append(addingCapacity: keys.count) { places in
      kept.append(addingCapacity: keys.count) { kept in
        if level == .swift { return collect(keys, values, &places, &kept) }
        // SAFETY: the kernels read as many keys and values as there are, an offset inside the table
        // for each, and write at most as many places and values, for which there is room.
        unsafe offsets.withUnsafeBufferPointer { offsets in
          unsafe places.withUnsafeMutableBufferPointer { places, placeCount in
            unsafe kept.withUnsafeMutableBufferPointer { kept, keptCount in
              unsafe keys.withUnsafeBufferPointer { keys in
                unsafe values.withUnsafeBufferPointer { values in
                  var map = unsafe groove_follow_map(
                    offsets: offsets.baseAddress, count: offsets.count, first_key: firstKey,
                    base: base)
                  placeCount = unsafe Self.kernel(level)(
                    &map, keys.baseAddress, values.baseAddress, keys.count, places.baseAddress,
                    kept.baseAddress)
                  keptCount = placeCount
                }
              }
            }
          }
        }
      }
    }
    return (places, kept)
  }

  private typealias Kernel =
    @convention(c) (
      UnsafePointer<groove_follow_map>?, UnsafePointer<Int64>?, UnsafePointer<Int64>?, Int,
      UnsafeMutablePointer<Int64>?, UnsafeMutablePointer<Int64>?
    ) -> Int

  // SAFETY: which one it is changes nothing about what its callers must see to.
  private static func kernel(_ level: CPU.Level) -> Kernel {
    #if arch(x86_64)
      if level == .avx512 { return unsafe groove_follow_avx512 }
    #endif
    return unsafe groove_follow_baseline
  }

  /// The twin of the kernels.
  private func collect(
    _ keys: Span<Int64>, _ values: Span<Int64>, _ places: inout OutputSpan<Int64>,
    _ kept: inout OutputSpan<Int64>
  ) {
    let limit = UInt64(offsets.count)
    for index in keys.indices {
      let key = UInt64(bitPattern: keys[index] &- firstKey)
      let offset = key < limit ? offsets[Int(truncatingIfNeeded: key)] : Self.none
      if offset != Self.none && UInt64(offset) == UInt64(bitPattern: values[index] &- base) {
        continue
      }
      places.append(Int64(index))
      kept.append(values[index])
    }
  }
}
