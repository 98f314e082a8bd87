/// A file that is of no use for what it was named for.
public struct UnreadableFile: Error, Sendable, Equatable {
  public var path: String
  package var problem: FileProblem

  package init(_ path: String, _ problem: FileProblem) {
    self.path = path
    self.problem = problem
  }
}

/// What is wrong with an object file.
package enum FileProblem: Error, Sendable, Equatable {
  case notRegular
  case empty
  case notElf
  /// And there is no program here to unpack it.
  case compressed(by: Compression)
  case damagedCompression(Compression)
  case tooLarge(most: UInt64)
  case is32Bit, isBigEndian
  /// `EM_*` of the file and of this machine.
  case otherMachine(Int32, here: Int32)
  case truncated(Part)
  // Programs and libraries.
  case notLinked, nothingToLoad, noCode
  // Core dumps.
  case notCore(isProgram: Bool)
  case noNotes, noRegisters
  case headerSize(Int)
  case segmentCount(UInt64)
  case noteRange
  case noteCount(most: Int)
  case noteSize
  case notesCut(end: UInt64, fileSize: UInt64)
  case programUnknown
  /// Of the program that was named for a dump.
  case notProgram
  case otherProgram(String)
  /// An image that was named for a dump whose process had none like it.
  case notOfDump

  package enum Compression: String, Sendable { case zstd, lz4, xz, gzip }
  package enum Part: Sendable { case header, programHeaders, programHeaderCount }
}
