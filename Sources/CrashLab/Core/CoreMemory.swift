internal import CHarness
internal import CrashLabModel
internal import ObjectFiles

/// The memory of a process that has died: what its core dump has of it, and what files have that
/// were mapped.
final class CoreMemory {
  let mappings: [Mapping]
  let images: CoreImages
  private let source: any ByteSource
  /// Of the program itself, if it has no table of its own.
  private var index = clab_frame_index()
  private var isIndexed = false
  /// What images have in their files only, by where they begin.
  private var debugFrames: [UInt64: UnsafeMutablePointer<clab_debug_frames>] = [:]
  private let segments: [CoreDump.Segment]
  private let executable: String?

  init(_ dump: CoreDump, of source: any ByteSource, images: CoreImages = CoreImages()) {
    self.source = source
    self.images = images
    segments = dump.segments
    mappings = dump.mappings
    executable = dump.executable
  }

  /// Of a process that is still there.
  ///
  /// - Parameter source: its memory; offsets are addresses.
  init(
    _ dump: CoreDump, at mappings: [Mapping], of source: any ByteSource, images: CoreImages
  ) {
    self.source = source
    self.images = images
    self.mappings = mappings
    executable = dump.executable(in: mappings)
    segments = mappings.map {
      CoreDump.Segment(
        low: $0.low.value, high: $0.high.value, offset: $0.low.value,
        fileSize: $0.permissions.contains(.read) ? $0.high.value - $0.low.value : 0,
        permissions: $0.permissions)
    }
  }

  deinit {
    clab_frame_index_free(&index)
    for frames in debugFrames.values {
      clab_debug_frames_free(frames)
      frames.deallocate()
    }
  }

  /// Reads from an address on; returns how many bytes could be read without a gap.
  func read(_ address: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    var done = 0
    while done < buffer.count {
      let place = address.addingReportingOverflow(UInt64(done))
      if place.overflow { break }
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      var part = readDumped(place.partialValue, into: rest)
      if part == 0 { part = readImage(place.partialValue, into: rest) }
      if part == 0 { break }
      done += part
    }
    return done
  }

  /// From the dump alone.
  private func readDumped(_ address: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let segment = segment(holding: address) else { return 0 }
    let distance = address - segment.low
    guard distance < segment.fileSize else { return 0 }
    let place = segment.offset.addingReportingOverflow(distance)
    let count = Int(min(UInt64(buffer.count), segment.fileSize - distance))
    return place.overflow
      ? 0 : source.read(at: place.partialValue, into: .init(rebasing: buffer[..<count]))
  }

  private func readImage(_ address: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let mapping = mappings.holding(Address(address)),
      let image = LoadedImage.holding(Address(address), in: mappings)
    else { return 0 }
    let distance = address - mapping.low.value
    let place = mapping.offset.addingReportingOverflow(distance)
    let count = Int(min(UInt64(buffer.count), mapping.high.value - address))
    return place.overflow
      ? 0
      : images.read(
        image.path, at: place.partialValue, into: .init(rebasing: buffer[..<count]),
        dumped: reader(of: image))
  }

  /// The bytes of an image's file from its beginning, as far as the dump has them.
  func reader(of image: LoadedImage) -> BuildIdentifier.Reader {
    { offset, buffer in
      let place = image.base.value.addingReportingOverflow(offset)
      guard !place.overflow, place.partialValue < image.end.value else { return 0 }
      return self.readDumped(place.partialValue, into: buffer)
    }
  }

  private func segment(holding address: UInt64) -> CoreDump.Segment? {
    var low = 0
    var high = segments.count
    while low < high {
      let middle = (low + high) / 2
      if segments[middle].low <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0, address < segments[low - 1].high else { return nil }
    return segments[low - 1]
  }

  // MARK: - For the walk

  /// Unwinds from a thread's registers.
  func unwind(_ registers: clab_registers, into trace: inout clab_trace) {
    var target = target
    target.registers = registers
    clab_unwind_target(&target, CLAB_UNWIND_FOLDED.rawValue, &trace, nil, nil)
  }

  /// What the kernel left for a handler that has not returned yet, at this stack pointer. Nil if it
  /// can't be read.
  func signalFrame(at pointer: Address) -> clab_signal_frame? {
    var target = target
    var frame = clab_signal_frame()
    return clab_signal_frame_read(&target, pointer.value, &frame) ? frame : nil
  }

  /// What the harness reads through. It calls back only while a call of ours lasts.
  private var target: clab_target {
    var target = clab_target()
    target.context = Unmanaged.passUnretained(self).toOpaque()
    target.read = { context, address, buffer, size in
      let memory = CoreMemory.of(context)
      let indexed = clab_frame_index_read(&memory.index, address, buffer, size)
      return indexed > 0
        ? indexed
        : memory.read(address, into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
    }
    target.find_image = { context, address, image in
      guard let image else { return false }
      return CoreMemory.of(context).findImage(address, image)
    }
    target.is_executable = { context, address in
      CoreMemory.of(context).mappings.holding(Address(address))?.permissions.contains(.execute)
        ?? false
    }
    target.find_debug_frames = { context, image in
      guard let image else { return nil }
      return CoreMemory.of(context).debugFrames(of: image.pointee)
    }
    return target
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> CoreMemory {
    Unmanaged<CoreMemory>.fromOpaque(context!).takeUnretainedValue()
  }

  private func findImage(_ address: UInt64, _ image: UnsafeMutablePointer<clab_image>) -> Bool {
    guard let mapping = mappings.holding(Address(address)) else { return false }
    let base =
      mapping.path == "[vdso]"
      ? mapping.low : LoadedImage.holding(Address(address), in: mappings)?.base
    guard let base else { return false }
    var target = target
    guard clab_image_at(&target, base.value, image) else { return false }
    if image.pointee.eh_frame_header == 0, mapping.path == executable {
      indexProgram(mapping.path, image)
    }
    return true
  }

  private func debugFrames(of image: clab_image) -> UnsafePointer<clab_debug_frames>? {
    // The index of a program lies below it, and is taken for a part of it.
    let base = index.bytes != nil && image.low == index.header ? index.image : image.low
    if let known = debugFrames[base] { return UnsafePointer(known) }
    let frames = UnsafeMutablePointer<clab_debug_frames>.allocate(capacity: 1)
    frames.initialize(to: clab_debug_frames())
    debugFrames[base] = frames
    if let path = mappings.holding(Address(base))?.path, state(of: path) == .same,
      let file = images.source(of: path)
    {
      clab_debug_frames_make(frames, file.descriptor, base)
    }
    return UnsafePointer(frames)
  }

  /// A program that is linked statically often has no table to search: the linker leaves it out.
  private func indexProgram(_ path: String, _ image: UnsafeMutablePointer<clab_image>) {
    if !isIndexed {
      isIndexed = true
      if state(of: path) == .same, let file = images.source(of: path) {
        // While the index is made, what is read is the dump alone.
        var target = target
        var made = clab_frame_index()
        clab_frame_index_make(&made, &target, image, file.descriptor)
        index = made
      }
    }
    clab_frame_index_use(&index, image)
  }
}
