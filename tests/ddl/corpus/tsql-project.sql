-- Database project: one object a batch, written by hand. Don't run it on production; it's for the build.
:setvar DatabaseName "Depot"
:on error exit
USE [$(DatabaseName)];
GO

CREATE TABLE [dbo].[Article]
(
	[Id] INT NOT NULL PRIMARY KEY IDENTITY, 
    [Sku] VARCHAR(32) NOT NULL UNIQUE, 
    [Name] NVARCHAR(100) NOT NULL DEFAULT N'no name; (yet)', 
    [Price] DECIMAL(18, 2) NOT NULL CONSTRAINT [DF_Article_Price] DEFAULT ((0.00)), 
    [Weight] FLOAT(53) NULL, 
    [Active] BIT NOT NULL DEFAULT 1,
    [Tags] NVARCHAR(MAX) NULL CONSTRAINT [CK_Article_Tags] CHECK (ISJSON([Tags]) = 1),
    [Kind] CHAR(1) NOT NULL CHECK ([Kind] IN ('A', 'B', ';')),
    [CreatedAt] DATETIME2 NOT NULL DEFAULT SYSUTCDATETIME(),
    [CreatedBy] NVARCHAR(128) NOT NULL DEFAULT SUSER_SNAME(),
    [RowVer] ROWVERSION,
)
GO

CREATE TABLE [dbo].[Warehouse] (
    [WarehouseId] UNIQUEIDENTIFIER ROWGUIDCOL NOT NULL DEFAULT NEWSEQUENTIALID(),
    [Code]        NCHAR (4)        COLLATE SQL_Latin1_General_CP1_CI_AS NOT NULL,
    [Name]        [nvarchar] (60)  NULL,
    [Place]       GEOMETRY         NULL,
    [Open]        TIME             NULL,
    [Plan]        XML              NULL,
    CONSTRAINT [PK_Warehouse] PRIMARY KEY CLUSTERED ([WarehouseId] ASC),
    CONSTRAINT [UQ_Warehouse_Code] UNIQUE NONCLUSTERED ([Code] ASC) WITH (FILLFACTOR = 90)
);
GO

CREATE TABLE dbo.Stock (
    WarehouseId uniqueidentifier NOT NULL
        CONSTRAINT FK_Stock_Warehouse REFERENCES dbo.Warehouse (WarehouseId) ON DELETE CASCADE,
    ArticleId int NOT NULL FOREIGN KEY REFERENCES dbo.Article (Id),
    Qty decimal(12, 3) NOT NULL,
    Reserved numeric NULL,
    Free AS Qty - ISNULL(Reserved, 0),
    FreeStored AS (Qty - ISNULL(Reserved, 0)) PERSISTED,
    [Bin No] varchar(10) SPARSE NULL,
    Checked date NULL,
    CONSTRAINT PK_Stock PRIMARY KEY (WarehouseId, ArticleId),
    INDEX IX_Stock_Article NONCLUSTERED (ArticleId) INCLUDE (Qty),
    INDEX UX_Stock_Bin UNIQUE ([Bin No])
) ON [PRIMARY];
GO

-- a temporal table and its history
CREATE TABLE dbo.PriceList
(
    ArticleId int NOT NULL,
    Currency char(3) NOT NULL,
    Price smallmoney NOT NULL,
    ValidFrom datetime2(7) GENERATED ALWAYS AS ROW START HIDDEN NOT NULL,
    ValidTo datetime2(7) GENERATED ALWAYS AS ROW END HIDDEN NOT NULL,
    PERIOD FOR SYSTEM_TIME (ValidFrom, ValidTo),
    CONSTRAINT PK_PriceList PRIMARY KEY CLUSTERED (ArticleId, Currency),
    CONSTRAINT FK_PriceList_Article FOREIGN KEY (ArticleId) REFERENCES dbo.Article
)
WITH (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.PriceListHistory, DATA_CONSISTENCY_CHECK = ON));
GO

CREATE TABLE dbo.SessionState
(
    SessionKey nvarchar(88) COLLATE Latin1_General_100_BIN2 NOT NULL,
    Expires datetime2 NOT NULL,
    LockCookie int NOT NULL,
    Item varbinary(8000) NULL,
    CONSTRAINT PK_SessionState PRIMARY KEY NONCLUSTERED HASH (SessionKey) WITH (BUCKET_COUNT = 131072),
    INDEX IX_Expires HASH (Expires, LockCookie) WITH (BUCKET_COUNT = 1024)
)
WITH (MEMORY_OPTIMIZED = ON, DURABILITY = SCHEMA_ONLY);
GO

CREATE TABLE dbo.SalesFact
(
    DateKey int NOT NULL,
    StoreKey int NOT NULL,
    Amount money NULL,
    Tax decimal NULL,
    Units bigint NULL,
    INDEX CCI_SalesFact CLUSTERED COLUMNSTORE
);
GO

CREATE TABLE dbo.Patient (
    PatientId int IDENTITY(1, 1) PRIMARY KEY,
    Ssn char(11) COLLATE Latin1_General_BIN2
        ENCRYPTED WITH (COLUMN_ENCRYPTION_KEY = CEK1, ENCRYPTION_TYPE = DETERMINISTIC, ALGORITHM = 'AEAD_AES_256_CBC_HMAC_SHA_256') NOT NULL,
    Email varchar(100) MASKED WITH (FUNCTION = 'email()') NULL,
    Phone varchar(12) MASKED WITH (FUNCTION = 'partial(1, "x;x", 2)') NULL,
    Sets xml COLUMN_SET FOR ALL_SPARSE_COLUMNS,
    Born date NULL
)
GO

CREATE TABLE dbo.Person (
    Id bigint NOT NULL CONSTRAINT PK_Person PRIMARY KEY,
    [Name] nvarchar(60),
    Documents varbinary(max) FILESTREAM NULL,
    FileId uniqueidentifier ROWGUIDCOL NOT NULL UNIQUE
) AS NODE FILESTREAM_ON [Files];
GO

CREATE SEQUENCE dbo.OrderNumbers AS bigint START WITH 1 INCREMENT BY 1 NO CACHE;
GO

CREATE TABLE "dbo"."Quoted Names"
(
    "Id" int NOT NULL,
    "Group" nvarchar(20) NULL,
    "Order No" bigint NOT NULL DEFAULT (NEXT VALUE FOR dbo.OrderNumbers),
    "a""b" int NULL,
    "Naïve" bit NULL,
    "Index" int NULL,
    CONSTRAINT "PK Quoted" PRIMARY KEY ("Id")
)
GO

CREATE TRIGGER dbo.trArticle ON dbo.Article AFTER INSERT AS
BEGIN
    SET NOCOUNT ON
    IF EXISTS (SELECT 1 FROM inserted WHERE Price < 0)
    BEGIN
        RAISERROR ('it''s below zero; no', 16, 1)
        ROLLBACK
    END
END
GO
EXEC sp_addextendedproperty 'MS_Description', 'what we sell; "or sold"', 'SCHEMA', 'dbo', 'TABLE', 'Article', NULL, NULL
GO
GRANT SELECT ON dbo.Article TO reader
GO
