import CKernels

// Finding the separators of CSV, 64 bytes at a time.
//
// For each group of 64 bytes there are three masks of a bit a byte: delimiters, newlines, quotes.
// The running parity of the quotes says which bytes are within quotes; separators there are none.
// Most groups have no quote and begin outside, and there the masks are the answer.
//
// In the others every quote is held to the rule: an opening quote stands behind a separator or, as
// the second half of a doubled quote, behind a closing one; behind a closing quote stands a
// separator, an opening quote, or a carriage return and a newline. A group where that does not hold
// is not taken, and whoever called goes on record by record.
//
// Escapes other than the quote first clear the bits of the bytes that they make ordinary.

/// The tokenizer of a dialect whose delimiter, quote, escape and record end are one byte each.
package struct CSVTokenizer: Sendable {
  private let dialect: groove_csv_dialect
  private let level: CPU.Level

  /// `escape` is nil where the quote escapes itself. `takesReturn` says that a carriage return
  /// before the newline belongs to it.
  package init(
    delimiter: UInt8, newline: UInt8, quote: UInt8?, escape: UInt8?, takesReturn: Bool,
    level: CPU.Level = CPU.level
  ) {
    dialect = groove_csv_dialect(
      delimiter: delimiter, newline: newline, quote: quote ?? 0, escape: escape ?? 0,
      has_quote: quote == nil ? 0 : 1, has_escape: escape == nil ? 0 : 1,
      takes_return: takesReturn ? 1 : 0)
    self.level = level
  }

  /// What a scan found.
  package struct Scan {
    /// The bytes that were taken; all, but where a quote breaks the rule.
    package let taken: Int
    /// The record ends among the marks.
    package let newlines: Int
    /// The newlines within quotes.
    package let innerNewlines: Int
    package let hasHighBytes: Bool
    /// A quote within the next 64 bytes breaks the rule.
    package let isBroken: Bool
  }

  /// Appends the places of the separators in `range`, at whose start a record starts, to `marks`,
  /// which must have room for a place a byte and 64 more.
  package func scan(
    _ bytes: Span<UInt8>, _ range: Range<Int>, into marks: inout MarkBuffer
  ) -> Scan {
    precondition(range.upperBound <= Int(UInt32.max), "a window is addressed with 32 bits")
    var state = groove_csv_state()
    let piece = bytes.extracting(range)
    // SAFETY: the closure writes within the room it is given; see below.
    unsafe marks.append(reserve: range.count + 64) { room in
      // SAFETY: the buffer is the piece's own memory; the kernel reads `count` bytes of it and
      // writes at most `count` marks and 64 beyond the last, for which there is room.
      unsafe piece.withUnsafeBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return 0 }
        let base = UInt32(range.lowerBound)
        switch level {
        #if arch(x86_64)
          case .avx512:
            // SAFETY: as above.
            return unsafe groove_csv_tokenize_avx512(
              start, range.count, base, [dialect], &state, room)
          case .avx2:
            return unsafe groove_csv_tokenize_avx2(
              start, range.count, base, [dialect], &state, room)
          case .baseline:
            return unsafe groove_csv_tokenize_sse2(
              start, range.count, base, [dialect], &state, room)
        #elseif arch(arm64)
          case .baseline:
            return unsafe groove_csv_tokenize_neon(
              start, range.count, base, [dialect], &state, room)
        #endif
        // SAFETY: the twin reads and writes within the same bounds.
        default: return unsafe tokenize(buffer, base, &state, room)
        }
      }
    }
    return Scan(
      taken: Int(state.taken), newlines: Int(state.newlines),
      innerNewlines: Int(state.inner_newlines), hasHighBytes: state.high_bits != 0,
      isBroken: state.is_broken != 0)
  }

  /// How often `byte` stands among the bytes.
  package func count(_ byte: UInt8, in bytes: Span<UInt8>) -> Int {
    // SAFETY: the buffer is the span's own memory and is only read, within its count.
    unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return 0 }
      switch level {
      #if arch(x86_64)
        case .avx512: return unsafe groove_csv_count_avx512(start, buffer.count, byte)
        case .avx2: return unsafe groove_csv_count_avx2(start, buffer.count, byte)
        case .baseline: return unsafe groove_csv_count_sse2(start, buffer.count, byte)
      #elseif arch(arm64)
        case .baseline: return unsafe groove_csv_count_neon(start, buffer.count, byte)
      #endif
      default:
        var total = 0
        // SAFETY: the index is within the buffer.
        for index in buffer.indices where unsafe buffer[index] == byte { total &+= 1 }
        return total
      }
    }
  }
}

// The twin in Swift.
extension CSVTokenizer {
  // SAFETY: reads `bytes` within its count and writes a mark for each separator of it to `marks`,
  // which has room for one a byte.
  private func tokenize(
    _ bytes: UnsafeBufferPointer<UInt8>, _ base: UInt32, _ state: inout groove_csv_state,
    _ marks: UnsafeMutablePointer<UInt32>
  ) -> Int {
    var written = 0
    var place = 0
    var carry = Carry()
    let keys = Keys(dialect)
    while place < bytes.count {
      let length = min(64, bytes.count &- place)
      let valid: UInt64 = length == 64 ? ~0 : (1 &<< UInt64(length)) &- 1
      // SAFETY: a whole group is read in place, and a shorter one byte by byte.
      let group = unsafe Self.group(bytes, place, length)
      var delimiters = Self.mask(group .== keys.delimiter) & valid
      var newlines = Self.mask(group .== keys.newline) & valid
      var quotes = dialect.has_quote == 0 ? 0 : Self.mask(group .== keys.quote) & valid
      if dialect.has_escape != 0 {
        let escapes = Self.mask(group .== keys.escape) & valid
        let ordinary = ~Self.escaped(escapes, &carry, last: UInt64(length - 1))
        delimiters &= ordinary
        newlines &= ordinary
        quotes &= ordinary
      }
      var separators = delimiters | newlines
      if quotes | carry.inside | carry.afterClose | carry.afterReturn != 0 {
        let returns = Self.mask(group .== keys.carriageReturn)
        guard
          let found = quoted(
            delimiters, newlines, quotes, returns, valid, &carry, &state, last: UInt64(length - 1))
        else {
          state.is_broken = 1
          break
        }
        separators = found
        newlines &= found
      }
      carry.afterSeparator = separators &>> UInt64(length - 1) & 1
      state.newlines &+= UInt64(newlines.nonzeroBitCount)
      state.high_bits |= Self.mask(group .>= keys.high) & valid
      let start = base &+ UInt32(place)
      while separators != 0 {
        // SAFETY: fewer marks are written than there are bytes.
        unsafe marks[written] = start &+ UInt32(separators.trailingZeroBitCount)
        written &+= 1
        separators &= separators &- 1
      }
      place &+= length
    }
    state.taken = UInt64(place)
    return written
  }

  /// What one group leaves for the next: 0 or 1 each, but `inside`, which is all ones within
  /// quotes.
  private struct Carry {
    var inside: UInt64 = 0
    var afterSeparator: UInt64 = 1
    var afterClose: UInt64 = 0
    var afterReturn: UInt64 = 0
    var afterEscape: UInt64 = 0
  }

  /// The bytes to compare with, in every lane.
  private struct Keys {
    let delimiter, newline, quote, escape, carriageReturn, high: SIMD64<UInt8>

    init(_ dialect: groove_csv_dialect) {
      delimiter = SIMD64(repeating: dialect.delimiter)
      newline = SIMD64(repeating: dialect.newline)
      quote = SIMD64(repeating: dialect.quote)
      escape = SIMD64(repeating: dialect.escape)
      carriageReturn = SIMD64(repeating: 0x0D)
      high = SIMD64(repeating: 0x80)
    }
  }

  // SAFETY: reads `length` bytes from `place` on, which the caller has found to be there.
  private static func group(
    _ bytes: UnsafeBufferPointer<UInt8>, _ place: Int, _ length: Int
  ) -> SIMD64<UInt8> {
    if length == 64 {
      return unsafe UnsafeRawBufferPointer(bytes).loadUnaligned(
        fromByteOffset: place, as: SIMD64<UInt8>.self)
    }
    var group = SIMD64<UInt8>(repeating: 0)
    for index in 0..<length { group[index] = unsafe bytes[place &+ index] }
    return group
  }

  /// One bit a lane. There is no such operation in Swift: the lanes are taken as words of eight,
  /// each lane keeps a bit of its own, and a multiplication adds them up.
  @inline(__always)
  private static func mask(_ lanes: SIMDMask<SIMD64<UInt8.SIMDMaskScalar>>) -> UInt64 {
    // SAFETY: the mask is 64 lanes of a byte that is 0 or -1; eight words have the same size.
    let words = unsafe unsafeBitCast(lanes, to: SIMD8<UInt64>.self)
    let bits = words & SIMD8(repeating: 0x8040_2010_0804_0201)
    let sums = (bits &* SIMD8(repeating: 0x0101_0101_0101_0101)) &>> SIMD8(repeating: 56)
    let placed = sums &<< SIMD8<UInt64>(0, 8, 16, 24, 32, 40, 48, 56)
    return placed.wrappedSum()
  }

  private static func escaped(
    _ found: UInt64, _ carry: inout Carry, last: UInt64
  ) -> UInt64 {
    var escaped = carry.afterEscape
    var escapes = found & ~escaped
    carry.afterEscape = 0
    while escapes != 0 {
      let first = escapes & (0 &- escapes)
      if first &>> last & 1 != 0 { carry.afterEscape = 1 }
      escaped |= first &<< 1
      escapes &= ~(first | first &<< 1)
    }
    return escaped
  }

  /// The separators of a group that has to do with quotes; nil where a quote breaks the rule.
  private func quoted(
    _ delimiters: UInt64, _ newlines: UInt64, _ quotes: UInt64, _ carriageReturns: UInt64,
    _ valid: UInt64, _ carry: inout Carry, _ state: inout groove_csv_state, last: UInt64
  ) -> UInt64? {
    var parity = quotes
    parity ^= parity &<< 1
    parity ^= parity &<< 2
    parity ^= parity &<< 4
    parity ^= parity &<< 8
    parity ^= parity &<< 16
    parity ^= parity &<< 32
    let inside = parity ^ carry.inside
    let opening = quotes & inside
    let closing = quotes & ~inside
    let separators = (delimiters | newlines) & ~inside
    var mayOpen = separators &<< 1 | carry.afterSeparator
    let behind = closing &<< 1 | carry.afterClose
    var legal = separators
    if dialect.has_escape == 0 {
      mayOpen |= behind
      legal |= opening
    }
    let returns = dialect.takes_return == 0 ? 0 : behind & ~legal & carriageReturns & valid
    legal |= returns
    let behindReturn = returns &<< 1 | carry.afterReturn
    let broken = (opening & ~mayOpen) | (behind & ~legal) | (behindReturn & ~newlines)
    if broken & valid != 0 { return nil }
    carry.inside = inside &>> 63 == 0 ? 0 : ~0
    carry.afterClose = closing &>> last & 1
    carry.afterReturn = returns &>> last & 1
    state.inner_newlines &+= UInt64((newlines & inside).nonzeroBitCount)
    return separators
  }
}
