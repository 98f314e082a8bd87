internal import CHarness
internal import CrashLabModel
internal import ObjectFiles

/// A datagram of a child, decoded. The child has corrupted its memory: nothing in it is trusted.
enum ChildMessage: Sendable {
  case fault(Evidence)
  case finished(at: UInt64)
  case skipped
  /// With an errno.
  case failed(CInt)

  /// The size of every well-formed message, in bytes.
  static let size = MemoryLayout<clab_evidence>.size

  /// - Parameter sender: the process that sent it, as the kernel says.
  init(_ bytes: UnsafeRawBufferPointer, sender: Int32) throws(Garbled) {
    guard bytes.count == ChildMessage.size else {
      throw Garbled.size(bytes.count, expected: ChildMessage.size)
    }
    let raw = bytes.loadUnaligned(as: clab_evidence.self)
    guard raw.magic == UInt32(CLAB_EVIDENCE_MAGIC), raw.size == UInt32(bytes.count) else {
      throw Garbled.beginning(size: bytes.count)
    }
    switch raw.kind {
    case CLAB_MESSAGE_FAULT.rawValue:
      self = .fault(try Evidence(raw, process: sender, source: .handler))
    case CLAB_MESSAGE_FINISHED.rawValue: self = .finished(at: raw.caught_at)
    case CLAB_MESSAGE_SKIPPED.rawValue: self = .skipped
    case CLAB_MESSAGE_FAILED.rawValue: self = .failed(raw.code)
    default: throw Garbled.kind(raw.kind)
    }
  }
}

extension Evidence {
  /// - Parameter process: whose it is, as the kernel says.
  init(_ raw: clab_evidence, process: Int32, source: Source) throws(Garbled) {
    guard (1...64).contains(raw.signal) else {
      throw Garbled.signal(raw.signal)
    }
    let code = SignalCode(raw.code, of: Signal(raw.signal))
    self.init(
      source: source,
      handled: source == .handler,
      process: process,
      thread: raw.thread,
      code: code,
      address: Address(raw.address),
      sender: code.tellsSender ? Sender(process: raw.sender_pid, user: raw.sender_uid) : nil,
      access: Access(raw.access),
      programCounter: Address(raw.program_counter),
      stackPointer: Address(raw.stack_pointer),
      trace: try Trace(raw.trace),
      handlerStackUsed: raw.handler_stack_used == 0 ? nil : Int(clamping: raw.handler_stack_used),
      caughtAt: raw.caught_at,
      sentAt: raw.sent_at,
      context: InstructionContext(raw),
      systemCall: raw.system_call_architecture == 0
        ? nil
        : SystemCall(
          number: raw.system_call, architecture: .init(audit: raw.system_call_architecture)))
  }
}

extension Access {
  init?(_ raw: UInt32) {
    switch raw {
    case CLAB_ACCESS_READ.rawValue: self = .read
    case CLAB_ACCESS_WRITE.rawValue: self = .write
    case CLAB_ACCESS_EXECUTE.rawValue: self = .execute
    default: return nil
    }
  }
}

extension Trace {
  /// A trace from the harness; nil if nothing was unwound. Counts out of bounds are refused.
  init?(_ raw: clab_trace) throws(Garbled) {
    if raw.stop == CLAB_STOP_NONE.rawValue { return nil }
    if raw.stop == CLAB_STOP_MISMATCH.rawValue {
      throw Garbled.notLibunwinds(frame: raw.frame_count)
    }
    guard raw.entry_count <= UInt32(CLAB_TRACE_ENTRIES),
      raw.site_count <= UInt32(CLAB_TRACE_SITES)
    else {
      throw Garbled.counts(entries: raw.entry_count, sites: raw.site_count)
    }
    self.init(
      entries: try Trace.entries(raw),
      frameCount: Int(clamping: raw.frame_count),
      leftOut: Int(clamping: raw.left_out),
      stackBytes: Int(clamping: raw.stack_bytes),
      sites: withUnsafeBytes(of: raw.sites) { Trace.sites($0, count: Int(raw.site_count)) },
      isComplete: raw.complete == 1,
      steps: Int(clamping: raw.steps),
      duration: Double(raw.duration) / 1000)
  }

  private static func sites(_ bytes: UnsafeRawBufferPointer, count: Int) -> [Site] {
    bytes.bindMemory(to: clab_trace_site.self).prefix(count).map { site in
      Site(
        programCounter: Address(site.pc), frames: Int(clamping: site.frames),
        bytes: Int(clamping: site.bytes))
    }
  }

  /// Entries whose frames are frames of the trace.
  private static func entries(_ raw: clab_trace) throws(Garbled) -> [Entry] {
    let frames = withUnsafeBytes(of: raw.entries) {
      Array($0.bindMemory(to: clab_frame.self).prefix(Int(raw.entry_count)))
    }
    var entries: [Entry] = []
    for frame in frames {
      let (span, overflow) = frame.count.multipliedReportingOverflow(by: UInt64(frame.period))
      guard frame.count > 0, (1...UInt32(CLAB_FOLD_PERIOD)).contains(frame.period), !overflow,
        frame.index < raw.frame_count, span - UInt64(frame.period) < raw.frame_count - frame.index
      else {
        throw Garbled.frames(
          total: raw.frame_count, count: frame.count, period: frame.period)
      }
      entries.append(
        Entry(
          index: Int(clamping: frame.index),
          count: Int(clamping: frame.count),
          period: Int(frame.period),
          programCounter: Address(frame.pc),
          canonicalFrameAddress: Address(frame.cfa),
          frameSize: Int(clamping: frame.frame_size),
          stride: Int(clamping: frame.stride),
          isSignalFrame: frame.flags & CLAB_FRAME_SIGNAL.rawValue != 0,
          isExact: frame.flags & CLAB_FRAME_EXACT_PC.rawValue != 0,
          isUnfetched: frame.flags & CLAB_FRAME_UNFETCHED.rawValue != 0))
    }
    return entries
  }
}
