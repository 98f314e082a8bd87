package import CrashLabModel
internal import Glibc
internal import ObjectFiles

extension LargeFrameReport {
  /// Looks at every function of a program or library.
  ///
  /// - Parameters:
  ///   - path: of an ELF file of x86-64, which may be anything.
  ///   - guardSize: bytes; larger steps are listed.
  ///   - isNamed: whether the functions get their names, which takes most of the time.
  /// - Throws: SystemError if the file can't be read, UnreadableFile if it is no such file.
  package static func read(
    _ path: String, guardSize: Int, isNamed: Bool = true
  ) throws -> LargeFrameReport {
    let descriptor = try system("open", path) { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    defer { close(descriptor) }
    var status = stat()
    try system("fstat", path) { fstat(descriptor, &status) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw UnreadableFile(path, .notRegular)
    }
    guard status.st_size > 0 else { throw UnreadableFile(path, .empty) }
    let size = Int(status.st_size)
    guard let memory = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED
    else { throw SystemError("mmap", path) }
    defer { munmap(memory, size) }
    do throws(FileProblem) {
      let image = try ElfImage(UnsafeRawBufferPointer(start: memory, count: size))
      var report = try judge(image, path: path, guardSize: guardSize)
      if isNamed { report.name(in: image, path: path, descriptor: descriptor) }
      return report
    } catch {
      throw UnreadableFile(path, error)
    }
  }

  /// Without names. Pure.
  static func judge(
    _ image: ElfImage, path: String, guardSize: Int
  ) throws(FileProblem) -> LargeFrameReport {
    var summary = Summary()
    var functions: [Function] = []
    var dynamic: [Function] = []
    var covered: [Range<UInt64>] = []
    // Functions that lie over each other must not be read without end.
    let whole = image.segments.reduce(UInt64(1) << 16) { $0 &+ ($1.isExecutable ? $1.fileSize : 0) }
    var read: UInt64 = 0
    CallFrames(image).visit { frame in
      summary.functions += 1
      guard let code = image.code(at: frame.address, size: frame.size), read <= whole else {
        summary.notUnderstood += 1
        return
      }
      read += frame.size
      covered.append(frame.address..<frame.address + frame.size)
      let steps = StackSteps(code)
      if !steps.isComplete { summary.notUnderstood += 1 }
      if steps.isProbed { summary.probed += 1 }
      let frameSize = max(Int(steps.depth), Int(clamping: frame.largestOffset))
      var function = Function(
        address: Address(frame.address), size: Int(clamping: frame.size), step: nil,
        frameSize: frameSize, symbol: nil, file: nil, line: nil, column: nil)
      if steps.isDynamic {
        summary.dynamic += 1
        dynamic.append(function)
      }
      if steps.largest > Int64(guardSize) {
        function.step = Int(steps.largest)
        functions.append(function)
      }
    }
    let uncovered = UncoveredCode.find(in: image, covered: covered)
    guard summary.functions > 0 || !uncovered.isEmpty else { throw FileProblem.noCode }
    summary.uncoveredBytes = uncovered.reduce(0) { $0 + $1.size }
    summary.unprobed = functions.count
    functions.sort { ($1.step ?? 0, $0.address) < ($0.step ?? 0, $1.address) }
    return LargeFrameReport(
      program: path, guardSize: guardSize, summary: summary, functions: functions,
      dynamic: dynamic, uncovered: uncovered)
  }

  /// As if the file were loaded: the symbolicator looks at processes.
  private mutating func name(in image: ElfImage, path: String, descriptor: CInt) {
    let page: UInt64 = 4096
    var full = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    guard realpath(path, &full) != nil else { return }
    let name = String(decoding: full.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    // A program that is linked to a fixed place is there; any other is put where nothing else is.
    let lowest = image.segments.map(\.address).min() ?? 0
    let bias: UInt64 = lowest < page ? 0x5500_0000_0000 : 0
    let mappings = image.segments.compactMap { segment -> Mapping? in
      let low = (segment.address &+ bias) & ~(page - 1)
      // As the loader maps them: whole pages, each with its own permissions.
      let end = segment.address.addingReportingOverflow(segment.fileSize).partialValue &+ bias
      let high = (end &+ (page - 1)) & ~(page - 1)
      guard low < high, high < 1 << 47 else { return nil }
      return Mapping(
        low: Address(low), high: Address(high), permissions: segment.permissions,
        offset: segment.offset & ~(page - 1), path: name)
    }.sorted { $0.low < $1.low }
    var files = MappedFiles()
    if let first = mappings.first {
      files[first] = ImageFile(duplicating: descriptor).map { .file($0) }
    }
    let symbolicator = Symbolicator()
    func named(_ functions: [Function]) -> [Function] {
      // Beyond this nobody reads on, and each name takes its time.
      let wanted = functions.prefix(2000)
      let names = symbolicator.names(
        of: wanted.map {
          .init(programCounter: Address($0.address.value &+ bias), isReturnAddress: false)
        }, in: mappings, files: files
      ).names
      return zip(wanted, names).map { function, name in
        var function = function
        function.symbol = name.symbol
        function.file = name.location?.file
        function.line = name.location?.line
        function.column = name.location?.column
        return function
      } + functions.dropFirst(wanted.count)
    }
    functions = named(functions)
    dynamic = named(dynamic)
  }
}
