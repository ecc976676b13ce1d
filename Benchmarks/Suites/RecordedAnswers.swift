/// What DuckDB answers to the measured queries over a few plays, by `Benchmarks/record-answers.py`:
/// the number of rows and a hash of their texts.
enum RecordedAnswers {
  static let (rows, days, users, songs) = (20_000, 12, 500, 100)

  static let all: [(name: String, rows: Int, hash: UInt64)] = [
    ("genre_metrics", 781, 0x230E_426F_436F_04D7),
    ("top_3_songs", 1121, 0xE5C8_6CA8_8BAB_F9B9),
    ("top_5_genres", 60, 0xD5EA_8B5D_6C6F_9C87),
    ("hourly_kpis", 288, 0xB181_01CC_EED9_7568),
    ("query 1", 1, 0xBDA4_840B_FCDD_ACA5),
    ("query 2", 1, 0x21FC_82E4_AF9E_FDAB),
    ("query 3", 1, 0x2BF4_3C18_09D8_2015),
    ("query 4", 1, 0x9EA7_7F8B_56E9_80EB),
    ("query 5", 12, 0x2208_A1E2_2434_45B5),
    ("query 6", 66, 0xD138_FB49_AED1_AE1A),
    ("query 7", 10, 0x7DEB_A2CE_47DE_8207),
    ("query 8", 10, 0x4B1B_1083_E58D_0C08),
    ("query 9", 10, 0x46CC_76E6_9535_B9D6),
    ("query 10", 20, 0x276F_9247_3ABC_1899),
    ("query 11", 20, 0x5C9B_81A7_E594_0A59),
    ("query 12", 10, 0x391E_B008_D9F9_AD08),
    ("query 13", 50, 0x1C28_8414_FA68_31F1),
    ("query 14", 55, 0x0B30_EB38_D4BE_4030),
    ("query 15", 1, 0xAF63_AD4C_8601_9CAF),
    ("query 16", 3, 0xBCE3_C24B_A9FF_C74D),
    ("query 17", 50, 0xB547_E115_4823_4851),
    ("query 18", 62, 0x6A24_1062_066A_713C),
    ("query 19", 0, 0xCBF2_9CE4_8422_2325),
    ("query 20", 100, 0xFDA4_E823_57A1_BBED),
  ]
}
