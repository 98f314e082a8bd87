internal import CHarness

/// A function as the call-frame information knows it: where it is, and how far below its caller's
/// frame the stack pointer goes.
package struct CallFrame: Sendable, Equatable {
  package var address: UInt64
  package var size: UInt64
  /// The largest distance of the stack pointer from the canonical frame address, bytes; only what
  /// the information says, and where a frame pointer is used it says nothing of the local frame.
  package var largestOffset: UInt64

  package init(address: UInt64, size: UInt64, largestOffset: UInt64) {
    self.address = address
    self.size = size
    self.largestOffset = largestOffset
  }
}

/// Walks over .eh_frame (Linux Standard Base; DWARF 5, 6.4) by the harness's reader, which the
/// unwinder uses as well.
package struct CallFrames {
  private let image: ElfImage

  package init(_ image: ElfImage) { self.image = image }

  /// Every function with call-frame information, in the file's order. What is not understood is
  /// left out, and where the records can't be told apart any more it ends.
  ///
  /// Functions may overlap in a file that was made to take time: once twice as much code was
  /// visited as the file can run, the rest is left out.
  ///
  /// - Returns: whether it came to the end of the information.
  @discardableResult
  package func visit(_ body: (CallFrame) -> Void) -> Bool {
    guard let (address, section) = image.callFrames else { return false }
    let bytes = UnsafeRawBufferPointer(rebasing: section.bytes[section.position..<section.end])
    let executable = image.segments.reduce(UInt64(0)) {
      $1.isExecutable ? $0.addingReportingOverflow($1.fileSize).partialValue : $0
    }
    return withoutActuallyEscaping(body) { body in
      let visit = Visit(
        body, budget: 2 * min(executable, UInt64(image.bytes.count)))
      let isWhole = clab_call_frames_visit(
        bytes.baseAddress, bytes.count, address,
        { context, frame in
          guard let context, let frame else { return }
          Unmanaged<Visit>.fromOpaque(context).takeUnretainedValue().take(frame.pointee)
        }, Unmanaged.passUnretained(visit).toOpaque())
      return isWhole && !visit.isCutShort
    }
  }

  private final class Visit {
    let body: (CallFrame) -> Void
    /// Bytes of code that may still be visited.
    var budget: UInt64
    var isCutShort = false

    init(_ body: @escaping (CallFrame) -> Void, budget: UInt64) {
      self.body = body
      self.budget = budget
    }

    func take(_ frame: clab_call_frame) {
      guard !isCutShort, frame.size <= budget else {
        isCutShort = true
        return
      }
      budget -= frame.size
      body(CallFrame(address: frame.address, size: frame.size, largestOffset: frame.largest_offset))
    }
  }
}
