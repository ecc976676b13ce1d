import CKernels

/// CRC-32C, as in iSCSI and ext4: the checksum of pages, footers and commits. It notices every
/// damage of up to 32 bits in a row.
package enum Checksum {
  /// The CRC-32C of bytes, going on from that of the bytes before them.
  package static func crc32c(
    _ bytes: Span<UInt8>, after crc: UInt32 = 0, level: CPU.Level = CPU.level
  ) -> UInt32 {
    #if arch(x86_64)
      if level >= .avx2 {
        // SAFETY: the kernel reads just the span's own bytes during the call.
        return unsafe bytes.withUnsafeBufferPointer {
          unsafe groove_crc32c_clmul(crc, $0.baseAddress, $0.count)
        }
      }
    #endif
    return bytewise(bytes, after: crc)
  }

  package static func crc32c(_ bytes: [UInt8]) -> UInt32 { crc32c(bytes.span) }

  package static func crc32c(_ bytes: ArraySlice<UInt8>) -> UInt32 { crc32c(bytes.span) }

  /// Whether bytes have the checksum that is stored with them. A build for fuzzing takes any, so
  /// that what is behind the checksums is tried.
  package static func isRight(_ stored: UInt32, of bytes: Span<UInt8>) -> Bool {
    #if FUZZING
      return true
    #else
      return crc32c(bytes) == stored
    #endif
  }

  /// Eight bytes at a time by eight tables.
  private static func bytewise(_ bytes: Span<UInt8>, after crc: UInt32) -> UInt32 {
    let tables = tables
    var state = ~crc
    var index = 0
    while index &+ 8 <= bytes.count {
      let low = state ^ word(bytes, index)
      let high = word(bytes, index &+ 4)
      state =
        tables[1792 &+ Int(low & 255)] ^ tables[1536 &+ Int(low >> 8 & 255)]
        ^ tables[1280 &+ Int(low >> 16 & 255)] ^ tables[1024 &+ Int(low >> 24)]
        ^ tables[768 &+ Int(high & 255)] ^ tables[512 &+ Int(high >> 8 & 255)]
        ^ tables[256 &+ Int(high >> 16 & 255)] ^ tables[Int(high >> 24)]
      index &+= 8
    }
    while index < bytes.count {
      state = state >> 8 ^ tables[Int(state & 255 ^ UInt32(bytes[index]))]
      index &+= 1
    }
    return ~state
  }

  private static func word(_ bytes: Span<UInt8>, _ index: Int) -> UInt32 {
    UInt32(bytes[index]) | UInt32(bytes[index &+ 1]) << 8 | UInt32(bytes[index &+ 2]) << 16
      | UInt32(bytes[index &+ 3]) << 24
  }

  /// Table `t` holds the state that a byte leaves behind after `t` zero bytes.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var state = UInt32(byte)
      for _ in 0..<8 { state = state & 1 == 0 ? state >> 1 : state >> 1 ^ 0x82F6_3B78 }
      tables[byte] = state
    }
    for index in 256..<8 * 256 {
      let before = tables[index - 256]
      tables[index] = before >> 8 ^ tables[Int(before & 255)]
    }
    return tables
  }()
}
