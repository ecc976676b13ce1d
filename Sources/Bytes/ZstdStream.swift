import CZstd

/// Expands zstd frames that follow one another, in pieces.
///
/// Invariant: the context belongs to this object, and whoever holds the object is its only user.
// SAFETY: a stream is a part of one reader, which is never used from two threads at once.
@safe package final class ZstdStream: @unchecked Sendable {
  private let context: OpaquePointer
  /// The last call ended a frame, or there was none.
  package private(set) var isBetweenFrames = true

  package init() {
    // SAFETY: the context is owned by this object and freed in `deinit` only.
    guard let made = unsafe ZSTD_createDCtx() else { preconditionFailure("memory for a context") }
    unsafe context = made
  }

  deinit {
    // SAFETY: nothing else knows the context.
    unsafe _ = ZSTD_freeDCtx(context)
  }

  /// Expands from `place` on, at most `limit` bytes, and moves `place` behind what was used.
  package func expand(
    _ bytes: Span<UInt8>, from place: inout Int, limit: Int
  ) throws(Damage) -> [UInt8] {
    var status = 0
    var used = 0
    let start = place
    // SAFETY: both buffers have the sizes that are passed; the input is only read, and the output
    // is filled up to what the library says it wrote.
    let output = unsafe [UInt8](unsafeUninitializedCapacity: limit) { output, filled in
      unsafe bytes.withUnsafeBufferPointer { input in
        var from = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: start)
        var to = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: limit, pos: 0)
        status = unsafe ZSTD_decompressStream(context, &to, &from)
        used = unsafe from.pos
        filled = unsafe to.pos
      }
    }
    guard ZSTD_isError(status) == 0 else { throw Damage("it is no zstd frame") }
    place = used
    isBetweenFrames = status == 0
    return output
  }
}
