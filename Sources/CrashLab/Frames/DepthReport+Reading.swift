package import CrashLabModel
internal import Glibc
internal import ObjectFiles

extension DepthReport {
  /// Reads the calls of a program or library and finds the deepest way from one function on.
  ///
  /// - Parameters:
  ///   - path: of an ELF file of x86-64, which may be anything.
  ///   - entry: the function's name as in the file's symbol table, or its address: `0x1139`. `main`
  ///     is found in a program without names, too.
  /// - Returns: nil if the file has no such function.
  /// - Throws: SystemError if the file can't be read, UnreadableFile if it is no such file.
  package static func read(
    _ path: String, from entry: String, assuming: StackAssumptions
  ) throws -> DepthReport? {
    try ProgramBytes.read(path) { image, descriptor throws(FileProblem) in
      // Calls through tables and stubs are followed in x86-64's code alone.
      guard image.processor == .amd64 else {
        throw .otherMachine(EM_AARCH64, here: EM_X86_64)
      }
      let functions = FunctionTable(image)
      guard let start = functions.address(of: entry) else { return nil }
      let graph = CallGraph(functions.reachable(from: start, assuming: assuming))
      var report = DepthReport(
        graph.deepest(from: Address(start), assuming: assuming), program: path,
        entry: functions.name(of: start), assuming: assuming)
      report.locate(in: image, path: path, descriptor: descriptor)
      return report
    }
  }

  /// Adds source lines to the way.
  private mutating func locate(in image: ElfImage, path: String, descriptor: CInt) {
    let places = self.path.indices.filter { self.path[$0].address != nil }.prefix(2000)
    let names = LoadedFile(image, path: path, descriptor: descriptor)?
      .names(of: places.compactMap { self.path[$0].address })
    for (index, name) in zip(places, names ?? []) {
      self.path[index].file = name.location?.file
      self.path[index].line = name.location?.line
      if let symbol = name.symbol { self.path[index].symbol = symbol }
    }
  }
}

/// The functions of a file that call-frame information covers.
private struct FunctionTable {
  private let image: ElfImage
  /// In ascending order.
  private let frames: [CallFrame]
  private let names: [UInt64: String]
  private let addresses: [String: UInt64]
  private let slots: [UInt64: String]

  init(_ image: ElfImage) {
    self.image = image
    var frames: [CallFrame] = []
    CallFrames(image).visit { frames.append($0) }
    self.frames = frames.sorted { $0.address < $1.address }
    slots = image.slots
    var names = image.functionNames
    if let main = image.main(slots: slots), names[main] == nil { names[main] = "main" }
    self.names = names
    addresses = Dictionary(names.map { ($0.value, $0.key) }) { min($0, $1) }
  }

  func address(of wanted: String) -> UInt64? {
    wanted.hasPrefix("0x")
      ? UInt64(wanted.dropFirst(2), radix: 16) : addresses[wanted]
  }

  func name(of address: UInt64) -> String { names[address] ?? "\(Address(address))" }

  func holding(_ address: UInt64) -> CallFrame? {
    var low = 0
    var high = frames.count
    while low < high {
      let middle = (low + high) / 2
      if frames[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0, address - frames[low - 1].address < frames[low - 1].size else { return nil }
    return frames[low - 1]
  }

  /// Only what can be reached is read.
  func reachable(from start: UInt64, assuming: StackAssumptions) -> [CallGraph.Function] {
    var functions: [CallGraph.Function] = []
    var seen: Set<UInt64> = [start]
    var work = [start]
    while let address = work.popLast() {
      guard let function = function(at: address) else { continue }
      functions.append(function)
      if assuming.bytes[function.name] != nil { continue }
      for call in function.calls {
        if case .function(let callee) = call.target, seen.insert(callee.value).inserted {
          work.append(callee.value)
        }
      }
    }
    return functions
  }

  /// Nil where nothing tells how far the function goes.
  private func function(at address: UInt64) -> CallGraph.Function? {
    guard var frame = holding(address) else { return nil }
    // A second name in the middle: what is before it is not executed.
    frame.size -= address - frame.address
    frame.address = address
    let flow = FunctionFlow(frame, in: image, holding: holding)
    var doubts: Set<CallGraph.Doubt> = []
    if flow.isDynamic { doubts.insert(.dynamicFrame) }
    if !flow.isComplete { doubts.insert(.notUnderstood) }
    return CallGraph.Function(
      address: Address(address), name: name(of: address), own: Int(flow.own),
      calls: flow.calls.map { call in
        .init(site: Address(call.site), target: target(of: call.target), depth: Int(call.depth))
      }, doubts: doubts)
  }

  private func target(of target: FunctionFlow.Target) -> CallGraph.Target {
    switch target {
    case .unknown: return .indirect
    case .slot(let slot): return slots[slot].map(named) ?? .indirect
    case .address(let address):
      // A stub lies in code that call-frame information covers as a whole.
      if let slot = image.slot(ofStub: address), let name = slots[slot] { return named(name) }
      return .function(Address(address))
    }
  }

  /// A library calls its own functions through its table, too, if it exports them: the dynamic linker
  /// takes these, unless a file that was loaded before has one of that name.
  private func named(_ name: String) -> CallGraph.Target {
    addresses[name].map { .function(Address($0)) } ?? .external(name)
  }
}
