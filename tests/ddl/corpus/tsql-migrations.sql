/* Northern depot: set-up of a test database.
   -- nothing here needs a semicolon; some have one
   /* a comment in a comment: CREATE TABLE dbo.nested (x int) */
   it's all one batch until GO */
SET XACT_ABORT ON
IF OBJECT_ID('dbo.OrderLine', 'U') IS NOT NULL
    DROP TABLE dbo.OrderLine
IF OBJECT_ID(N'[dbo].[Orders]') IS NOT NULL DROP TABLE [dbo].[Orders];
DROP TABLE IF EXISTS dbo.Client, dbo.Region
go

create table Region (
    RegionID int not null constraint PK_Region primary key nonclustered,
    RegionDescription nchar(50) not null
)

create table dbo.Client (
    ClientID nchar(5) not null,
    CompanyName nvarchar(40) not null,
    Contact nvarchar(30),
    "Contact Title" nvarchar(30) null,
    Address nvarchar(60),
    RegionID int references Region (RegionID),
    Fax varchar(24),
    Since smalldatetime default getdate(),
    Rating tinyint check (Rating between 1 and 5),
    Logo image,
    Notes ntext,
    constraint PK_Client primary key clustered (ClientID)
)
create index CompanyName on dbo.Client (CompanyName)
insert into Region values (1, 'North; "far"') insert into Region values (2, 'it''s (south')

create table [Orders] (
    [OrderID] "int" identity (1, 1) not null,
    [ClientID] nchar (5) null,
    [OrderDate] "datetime" null,
    [Freight] "money" null constraint "DF_Orders_Freight" default (0),
    [ShipName] nvarchar (40) null,
    constraint [PK_Orders] primary key clustered ([OrderID]),
    constraint "FK_Orders_Client" foreign key ("ClientID") references "dbo"."Client" ("ClientID")
)
GO 

CREATE TABLE dbo.OrderLine (
    OrderID int NOT NULL,
    ProductID int NOT NULL,
    UnitPrice money NOT NULL CONSTRAINT DF_OL_UnitPrice DEFAULT (0),
    Quantity smallint NOT NULL DEFAULT (1),
    Discount real NOT NULL DEFAULT (0)
)
GO
ALTER TABLE dbo.OrderLine ADD CONSTRAINT PK_OrderLine PRIMARY KEY CLUSTERED (OrderID, ProductID) WITH (DATA_COMPRESSION = PAGE) ON [PRIMARY]
GO
ALTER TABLE dbo.OrderLine ADD
    Note nvarchar(200) NULL,
    Picked bit NOT NULL CONSTRAINT DF_OL_Picked DEFAULT (0),
    LineKey uniqueidentifier NOT NULL DEFAULT (newid()),
    CONSTRAINT FK_OL_Orders FOREIGN KEY (OrderID) REFERENCES dbo.Orders (OrderID),
    CONSTRAINT CK_OL_Qty CHECK (Quantity > 0)
GO
ALTER TABLE dbo.OrderLine ALTER COLUMN Note nvarchar(400) NOT NULL
ALTER TABLE dbo.OrderLine ADD CONSTRAINT UQ_OL_LineKey UNIQUE NONCLUSTERED (LineKey)
ALTER TABLE dbo.OrderLine DROP COLUMN Discount
GO
CREATE UNIQUE CLUSTERED INDEX UX_Region ON Region (RegionDescription DESC) WITH (SORT_IN_TEMPDB = ON)
GO

-- vendor's style: type words in brackets with a blank, identity without its numbers
CREATE TABLE [dbo].[SchemaVersions]
(
[Id] [int] NOT NULL IDENTITY(1, 1),
[ScriptName] [nvarchar] (255) COLLATE SQL_Latin1_General_CP1_CI_AS NOT NULL,
[Applied] [datetime] NOT NULL,
[Checksum] [varbinary] (64) NULL,
[Duration] [decimal] (10, 3) NULL
) ON [PRIMARY]
GO
ALTER TABLE [dbo].[SchemaVersions] ADD CONSTRAINT [PK_SchemaVersions_Id] PRIMARY KEY CLUSTERED  ([Id]) ON [PRIMARY]
GO

CREATE TABLE #Import (
    Line nvarchar(max),
    [No] int identity,
    Bad bit default 0
)

CREATE TABLE tempdb.dbo.Scratch (k bigint primary key with (ignore_dup_key = on), v varchar(8000))
GO

IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[dbo].[JobLock]') AND type in (N'U'))
BEGIN
CREATE TABLE [dbo].[JobLock](
	[LockName] [varchar](40) NOT NULL,
	[Owner] [varchar](80) NULL,
	[Taken] [datetimeoffset](7) NULL,
 CONSTRAINT [PK_JobLock] PRIMARY KEY CLUSTERED 
(
	[LockName] ASC
)WITH (PAD_INDEX  = OFF, ALLOW_PAGE_LOCKS  = ON) ON [PRIMARY]
) ON [PRIMARY]
END
GO

CREATE TABLE dbo.JobTrigger (
  SchedName nvarchar(120) NOT NULL,
  TriggerName nvarchar(150) NOT NULL,
  LockName varchar(40) NOT NULL,
  NextFire bigint NULL,
  Data varbinary(max) NULL
)
GO
ALTER TABLE dbo.JobTrigger WITH NOCHECK ADD CONSTRAINT PK_JobTrigger PRIMARY KEY CLUSTERED (SchedName, TriggerName)
GO
ALTER TABLE dbo.JobTrigger ADD CONSTRAINT FK_JobTrigger_JobLock FOREIGN KEY (LockName) REFERENCES dbo.JobLock (LockName) ON DELETE CASCADE
GO

CREATE TABLE dbo.Dropped (x int)
GO
DROP TABLE dbo.Dropped
GO

CREATE TABLE Fleet.hr.Employee (
    EmployeeNo int NOT NULL PRIMARY KEY CLUSTERED,
    Boss int NULL REFERENCES Fleet.hr.Employee (EmployeeNo),
    [Full Name] AS (LastName + N', ' + FirstName),
    FirstName nvarchar(40) NOT NULL,
    LastName nvarchar(40) NOT NULL,
    Salary money NULL,
    Hired date NOT NULL,
    Photo varbinary(max) NULL,
    UNIQUE (LastName, FirstName, Hired)
)
GO

CREATE TABLE dbo.Calendar (
    [Date] date NOT NULL PRIMARY KEY, [Year] AS YEAR([Date]) PERSISTED, [Month] tinyint, [Day Name] varchar(10), [Is Holiday?] bit NOT NULL DEFAULT ((0)),
)
GO
CREATE TABLE dbo.Attachment (
    AttachmentID int NOT NULL, FileName nvarchar(260) NOT NULL, Body varbinary(max) NULL, Thumb binary(512), Url text, Meta sql_variant,
    CONSTRAINT PK_Attachment PRIMARY KEY (AttachmentID)
) ON [PRIMARY] TEXTIMAGE_ON [Blobs] WITH (DATA_COMPRESSION = ROW)
GO
EXEC sp_updatestats
GO
