// Eight bytes at a time: the smallest operations that loops over bytes in other modules need.

extension Span where Element == UInt8 {
  /// The eight bytes from `index` on as a number, low byte first.
  @inlinable @inline(__always)
  package func word(at index: Int) -> UInt64 {
    precondition(index >= 0 && index &+ 8 <= count, "a word lies inside its bytes")
    // SAFETY: the precondition keeps all eight bytes inside the span, which is initialized.
    return unsafe UInt64(
      littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self))
  }
}

/// Numbers of fixed size as bytes, low byte first, and back.
package enum Words {
  /// Appends the eight bytes of each number.
  package static func append(_ values: Span<Double>, to bytes: inout [UInt8]) {
    // SAFETY: the memory of the span's doubles is initialized and is only read as bytes.
    unsafe values.withUnsafeBufferPointer {
      unsafe bytes.append(contentsOf: UnsafeRawBufferPointer($0))
    }
  }

  /// Appends numbers counted from `base`.
  package static func append(
    _ values: Span<UInt32>, from base: Int64, to integers: inout [Int64]
  ) {
    integers.append(addingCapacity: values.count) { output in
      // SAFETY: there is room for that many places behind those that are filled, none before.
      unsafe output.withUnsafeMutableBufferPointer { output, filled in
        unsafe values.withUnsafeBufferPointer { input in
          for index in 0..<input.count {
            unsafe output.initializeElement(at: index, to: base &+ Int64(input[index]))
          }
        }
        filled = values.count
      }
    }
  }

  /// The doubles whose bytes `range` holds, which is a whole number of them.
  package static func doubles(_ bytes: [UInt8], _ range: Range<Int>) -> [Double] {
    precondition(range.count % 8 == 0, "whole doubles")
    let count = range.count / 8
    // Making an empty array by its memory writes the length of the one that all threads share.
    if count == 0 { return [] }
    // SAFETY: the source range is inside the array, as slicing checks, and any bytes are a double.
    return unsafe [Double](unsafeUninitializedCapacity: count) { output, filled in
      unsafe bytes[range].withUnsafeBytes { input in
        unsafe UnsafeMutableRawBufferPointer(output).copyMemory(from: input)
      }
      filled = count
    }
  }
}
