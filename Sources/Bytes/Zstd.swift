import CZstd

/// The door to libzstd: whole buffers in and out.
///
/// Contexts are kept and lent out, because making one costs more than compressing a small page. The
/// same bytes, level and library version give the same result, whatever was compressed before.
package enum Zstd {
  private static let compressors = Lock<[Compressor]>([])
  private static let decompressors = Lock<[Decompressor]>([])

  /// A frame that says its size and has no checksum of its own.
  package static func compress(_ bytes: Span<UInt8>, level: Int) -> [UInt8] {
    let compressor = compressors.withLock { $0.popLast() } ?? Compressor()
    defer { compressors.withLock { $0.append(compressor) } }
    return compressor.compress(bytes, level: level)
  }

  package static func compress(_ bytes: [UInt8], level: Int) -> [UInt8] {
    compress(bytes.span, level: level)
  }

  /// The content of one frame, which must have exactly `count` bytes. No more memory is taken than
  /// a frame of this length can justify.
  package static func decompress(_ frame: Span<UInt8>, count: Int) throws(Damage) -> [UInt8] {
    // A block holds at most 128 KiB and takes at least three bytes.
    let (limit, overflow) = frame.count.multipliedReportingOverflow(by: 128 << 10)
    guard count >= 0 && (overflow || count <= limit) else {
      throw Damage("it says that it grows beyond what its length allows")
    }
    let decompressor = decompressors.withLock { $0.popLast() } ?? Decompressor()
    defer { decompressors.withLock { $0.append(decompressor) } }
    return try decompressor.decompress(frame, count: count)
  }

  package static func decompress(_ frame: [UInt8], count: Int) throws(Damage) -> [UInt8] {
    try decompress(frame.span, count: count)
  }

  package static var version: String {
    // SAFETY: libzstd returns a constant NUL-terminated text.
    unsafe String(cString: ZSTD_versionString())
  }
}

/// A compression context.
///
/// Invariant: whoever took it from the pool is its only user until it goes back.
// SAFETY: by the invariant it is never used from two threads at once.
@safe private final class Compressor: @unchecked Sendable {
  private let context: OpaquePointer

  init() {
    // SAFETY: the context is owned by this object and freed in `deinit` only.
    guard let made = unsafe ZSTD_createCCtx() else { preconditionFailure("memory for a context") }
    unsafe context = made
  }

  deinit {
    // SAFETY: nothing else knows the context.
    unsafe _ = ZSTD_freeCCtx(context)
  }

  func compress(_ bytes: Span<UInt8>, level: Int) -> [UInt8] {
    let bound = ZSTD_compressBound(bytes.count)
    var status = 0
    // SAFETY: both buffers have the sizes that are passed; the input is only read, and the output
    // is filled up to what the library says it wrote.
    let frame = unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, filled in
      unsafe bytes.withUnsafeBufferPointer { input in
        status = unsafe ZSTD_compressCCtx(
          context, output.baseAddress, bound, input.baseAddress, input.count, Int32(level))
      }
      filled = ZSTD_isError(status) == 0 ? status : 0
    }
    precondition(ZSTD_isError(status) == 0, "a buffer of the bound's size is large enough")
    return frame
  }
}

/// A decompression context.
///
/// Invariant: whoever took it from the pool is its only user until it goes back.
// SAFETY: by the invariant it is never used from two threads at once.
@safe private final class Decompressor: @unchecked Sendable {
  private let context: OpaquePointer

  init() {
    // SAFETY: the context is owned by this object and freed in `deinit` only.
    guard let made = unsafe ZSTD_createDCtx() else { preconditionFailure("memory for a context") }
    unsafe context = made
  }

  deinit {
    // SAFETY: nothing else knows the context.
    unsafe _ = ZSTD_freeDCtx(context)
  }

  func decompress(_ frame: Span<UInt8>, count: Int) throws(Damage) -> [UInt8] {
    var status = 0
    var said: UInt64 = 0
    // SAFETY: the buffers have the sizes that are passed; the frame is only read, and the output
    // is filled only up to what the library says it wrote.
    unsafe frame.withUnsafeBufferPointer { input in
      said = unsafe ZSTD_getFrameContentSize(input.baseAddress, input.count)
    }
    guard said == UInt64(count) else { throw Damage("its compressed part has another size") }
    // Making an empty array by its memory writes the length of the one that all threads share.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: max(1, count)) { output, filled in
      unsafe frame.withUnsafeBufferPointer { input in
        status = unsafe ZSTD_decompressDCtx(
          context, output.baseAddress, count, input.baseAddress, input.count)
      }
      filled = ZSTD_isError(status) == 0 ? min(status, count) : 0
    }
    guard bytes.count == count && ZSTD_isError(status) == 0 else {
      throw Damage("its compressed part cannot be expanded")
    }
    return bytes
  }
}
