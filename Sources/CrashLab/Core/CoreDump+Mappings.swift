internal import CrashLabModel
internal import Glibc

extension CoreDump {
  /// The process's mappings, in ascending order, as /proc/PID/maps would have told them: the
  /// segments, with the files that were mapped there and the kernel's names of what it made itself.
  var mappings: [Mapping] {
    var result: [Mapping] = []
    var next = 0
    for segment in segments {
      while next < files.count, files[next].high <= segment.low {
        add(unsaved: files[next], to: &result)
        next += 1
      }
      var mapping = Mapping(
        low: Address(segment.low), high: Address(segment.high), permissions: segment.permissions)
      if next < files.count, files[next].low <= segment.low {
        mapping.path = files[next].path
        mapping.offset = files[next].offset &+ (segment.low - files[next].low)
      }
      result.append(mapping)
    }
    for file in files[next...] { add(unsaved: file, to: &result) }
    name("[stack]", holding: stackPointers, in: &result)
    name("[vdso]", holding: [auxiliary[UInt64(AT_SYSINFO_EHDR)]].compactMap { $0 }, in: &result)
    return result
  }

  /// A file of which no segment tells: gdb leaves out memory without permissions.
  private func add(unsaved file: MappedFile, to mappings: inout [Mapping]) {
    let low = max(file.low, mappings.last?.high.value ?? 0)
    guard low < file.high else { return }
    mappings.append(
      Mapping(
        low: Address(low), high: Address(file.high), permissions: [],
        offset: file.offset &+ (low - file.low), path: file.path))
  }

  private func name(_ name: String, holding pointers: [UInt64], in mappings: inout [Mapping]) {
    for pointer in pointers {
      guard let index = mappings.lastIndex(startingAtOrBelow: Address(pointer)),
        mappings[index].contains(Address(pointer)), mappings[index].path.isEmpty
      else { continue }
      mappings[index].path = name
      return
    }
  }

  /// The kernel puts these at the top of the main stack (fs/binfmt_elf.c, create_elf_tables).
  private var stackPointers: [UInt64] {
    [UInt64(AT_EXECFN), UInt64(AT_RANDOM), UInt64(AT_PLATFORM)].compactMap { auxiliary[$0] }
  }

  /// What a page has; the machine's own if the dump does not tell.
  func pageSize(or other: Int) -> Int {
    guard let told = auxiliary[UInt64(AT_PAGESZ)], told.nonzeroBitCount == 1,
      (4096...65536).contains(told)
    else { return other }
    return Int(told)
  }
}
