internal import CHarness
internal import CrashLabModel
internal import Glibc
internal import ObjectFiles

/// Every thread of a process at one moment, with what its frames are named from. The process may be
/// gone by the time they are.
struct ThreadsSnapshot {
  var threads: [ThreadTrace]
  var mappings: [Mapping]
  var files: MappedFiles
  var images: [ImageReport]

  /// The threads with their names, each chain of calls once.
  func reports(
    by source: EvidenceSource, with symbolicator: Symbolicator
  ) -> [ThreadReport] {
    let same = threads.sameAs
    let told = threads.indices.filter { same[$0] == nil && threads[$0].trace != nil }
    let addresses = told.map { threads[$0].trace?.codeAddresses ?? [] }
    let (names, missing) = symbolicator.names(
      of: addresses.flatMap { $0 }, in: mappings, files: files)
    var reports = zip(threads, same).map { ThreadReport(id: $0.id, name: $0.name, sameAs: $1) }
    var next = 0
    for (index, addresses) in zip(told, addresses) {
      guard let trace = threads[index].trace else { continue }
      var unwind = UnwindReport(trace, by: source)
      unwind.python = threads[index].python
      let own = Array(names[next..<(next + addresses.count)])
      next += addresses.count
      unwind.take(own, missing: missing, of: trace, stackSize: nil)
      reports[index].unwind = unwind
    }
    return reports
  }
}

extension ThreadsSnapshot {
  /// How long all unwinding together may take, nanoseconds: a process may have tens of thousands of
  /// threads.
  static let mostTime: UInt64 = 2_000_000_000

  /// Looks at threads that stand still.
  ///
  /// - Parameters:
  ///   - standing: threads by number, with their names.
  ///   - process: or one of its threads, if the first has ended.
  init(standing: [Photograph.ThreadSeen], of process: pid_t, mappings: [Mapping]) {
    let until = clab_now() + ThreadsSnapshot.mostTime
    let memory = TargetMemory(of: process, mappings: mappings)
    var python = PythonFrames(in: memory)
    let threads = standing.map { thread in
      var registers = clab_registers()
      guard clab_now() < until, clab_registers_of_thread(thread.id, &registers) == 0 else {
        return ThreadTrace(id: thread.id, name: thread.name, trace: nil)
      }
      return ThreadTrace(
        id: thread.id, name: thread.name, trace: unwind(registers, of: thread.id),
        python: python?.of(threadPointer: registers.fs_base)?.frames)
    }
    let counters = threads.flatMap { $0.trace?.codeAddresses.map(\.programCounter) ?? [] }
    self.init(
      threads: threads, mappings: mappings,
      files: MappedFiles(holding: Array(Set(counters)), in: mappings, of: process),
      images: ImageReport.all(in: mappings, reading: memory.read))
  }
}

extension ImageReport {
  /// Every image whose code is mapped, with its build identifier as it is in memory.
  static func all(in mappings: [Mapping], reading read: TargetMemory.Reader) -> [ImageReport] {
    LoadedImage.all(in: mappings).map { image in
      let identifier = BuildIdentifier.read { offset, buffer in
        let place = image.base.value.addingReportingOverflow(offset)
        return place.overflow || place.partialValue >= image.end.value
          ? 0 : read(place.partialValue, buffer)
      }
      return ImageReport(
        path: image.path, low: image.base, buildId: identifier.map(hexadecimal))
    }
  }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
