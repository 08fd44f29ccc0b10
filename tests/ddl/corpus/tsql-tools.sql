IF OBJECT_ID(N'[__MigrationsHistory]') IS NULL
BEGIN
    CREATE TABLE [__MigrationsHistory] (
        [MigrationId] nvarchar(150) NOT NULL,
        [ProductVersion] nvarchar(32) NOT NULL,
        CONSTRAINT [PK___MigrationsHistory] PRIMARY KEY ([MigrationId])
    );
END;
GO

BEGIN TRANSACTION;
GO

IF NOT EXISTS(SELECT * FROM [__MigrationsHistory] WHERE [MigrationId] = N'20230101_Initial; it''s')
BEGIN
    CREATE TABLE [Users] (
        [Id] nvarchar(450) NOT NULL,
        [UserName] nvarchar(256) NULL,
        [EmailConfirmed] bit NOT NULL,
        [LockoutEnd] datetimeoffset NULL,
        [AccessFailedCount] int NOT NULL DEFAULT 0,
        [Balance] decimal(18,2) NOT NULL DEFAULT 0.0,
        [Created] datetime2 NOT NULL DEFAULT (getutcdate()),
        [Time] time NOT NULL DEFAULT '00:00:00',
        [Stamp] rowversion NULL,
        [Full] AS [UserName] + N', ' + [Id],
        [Picture] varbinary(max) NULL,
        [Score] float NULL,
        CONSTRAINT [PK_Users] PRIMARY KEY ([Id])
    );
    DECLARE @description AS sql_variant;
    SET @description = N'Who''s; in';
    EXEC sp_addextendedproperty 'MS_Description', @description, 'SCHEMA', N'dbo', 'TABLE', N'Users';
END;
GO

IF NOT EXISTS(SELECT * FROM [__MigrationsHistory] WHERE [MigrationId] = N'20230101_Initial; it''s')
BEGIN
    CREATE TABLE [UserClaims] (
        [Id] int NOT NULL IDENTITY,
        [UserId] nvarchar(450) NOT NULL,
        [Value] nvarchar(max) NULL,
        CONSTRAINT [PK_UserClaims] PRIMARY KEY ([Id]),
        CONSTRAINT [FK_UserClaims_Users_UserId] FOREIGN KEY ([UserId]) REFERENCES [Users] ([Id]) ON DELETE CASCADE
    );
END;
GO

IF NOT EXISTS(SELECT * FROM [__MigrationsHistory] WHERE [MigrationId] = N'20230101_Initial; it''s')
BEGIN
    CREATE INDEX [IX_UserClaims_UserId] ON [UserClaims] ([UserId]);
END;
GO

IF NOT EXISTS(SELECT * FROM [__MigrationsHistory] WHERE [MigrationId] = N'20230101_Initial; it''s')
BEGIN
    EXEC(N'CREATE UNIQUE INDEX [UserNameIndex] ON [Users] ([UserName]) WHERE [UserName] IS NOT NULL');
    CREATE UNIQUE INDEX [UX_Claim] ON [UserClaims] ([UserId], [Id]);
END;
GO

IF NOT EXISTS(SELECT * FROM [__MigrationsHistory] WHERE [MigrationId] = N'20230201_More')
BEGIN
    DECLARE @var0 sysname;
    SELECT @var0 = [d].[name]
    FROM [sys].[default_constraints] [d]
    INNER JOIN [sys].[columns] [c] ON [d].[parent_column_id] = [c].[column_id] AND [d].[parent_object_id] = [c].[object_id]
    WHERE ([d].[parent_object_id] = OBJECT_ID(N'[Users]') AND [c].[name] = N'Balance');
    IF @var0 IS NOT NULL EXEC(N'ALTER TABLE [Users] DROP CONSTRAINT [' + @var0 + '];');
    ALTER TABLE [Users] ALTER COLUMN [Balance] decimal(19,4) NOT NULL;
    ALTER TABLE [Users] ADD DEFAULT 0.0 FOR [Balance];
END;
GO

IF NOT EXISTS(SELECT * FROM [__MigrationsHistory] WHERE [MigrationId] = N'20230201_More')
BEGIN
    ALTER TABLE [UserClaims] ADD [Type] nvarchar(64) NOT NULL DEFAULT N'';
    ALTER TABLE [UserClaims] ADD [Since] datetime2(0) NULL;
    ALTER TABLE [UserClaims] DROP COLUMN [Value];
END;
GO

INSERT INTO [__MigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20230201_More', N'7.0.0');
GO

COMMIT;
GO

/*
 A publish script: it stops at the first error; 
*/
SET NUMERIC_ROUNDABORT OFF;
GO
:setvar __IsSqlCmdEnabled "True"
GO
IF N'$(__IsSqlCmdEnabled)' NOT LIKE N'True'
    BEGIN
        PRINT N'SQLCMD mode must be on; it isn''t.';
        SET NOEXEC ON;
    END
GO
PRINT N'Creating Table [Sales].[Plan]...';
GO
CREATE TABLE [Sales].[Plan] (
    [PlanId]      INT              IDENTITY (-2147483648, 1) NOT NULL,
    [Key]         UNIQUEIDENTIFIER CONSTRAINT [DF_Plan_Key] DEFAULT (newsequentialid()) ROWGUIDCOL NOT NULL,
    [Target]      NUMERIC (38, 12) NULL,
    [Share]       DEC (5, 4)       NOT NULL,
    [Label]       NATIONAL CHARACTER VARYING (20) NULL,
    [Code]        CHARACTER (4)    NOT NULL,
    [Letter]      CHAR             NOT NULL,
    [Blob]        BINARY VARYING (100) NULL,
    [Ratio]       DOUBLE PRECISION NULL,
    [Count]       INTEGER          NULL,
    [XmlBody]     XML              NULL,
    [Valid]       BIT              DEFAULT ((1)) NOT NULL,
    [From]        DATE             NOT NULL,
    [Half]        AS               (CONVERT([decimal](5,4),[Share]/(2))) PERSISTED NOT NULL,
    CONSTRAINT [PK_Plan] PRIMARY KEY CLUSTERED ([PlanId] ASC) WITH (FILLFACTOR = 90, PAD_INDEX = ON),
    CONSTRAINT [CK_Plan_Share] CHECK ([Share]>=(0) AND [Share]<=(1)),
    CONSTRAINT [UQ_Plan] UNIQUE NONCLUSTERED ([Code] ASC, [From] DESC)
);
GO
IF @@ERROR <> 0 AND @@TRANCOUNT > 0 BEGIN ROLLBACK END
GO
PRINT N'Creating Default Constraint unnamed constraint on [Sales].[Plan]...';
GO
ALTER TABLE [Sales].[Plan] ADD DEFAULT ((0)) FOR [Target];
GO
PRINT N'Altering...'
ALTER TABLE [Sales].[Plan] ADD [Note] VARCHAR (100) NOT NULL CONSTRAINT [DF_Plan_Note] DEFAULT ('none; (yet)') WITH VALUES, [Parent] INT NULL
ALTER TABLE [Sales].[Plan] WITH CHECK ADD CONSTRAINT [FK_Plan_Parent] FOREIGN KEY ([Parent]) REFERENCES [Sales].[Plan] ([PlanId])
GO

CREATE TABLE [Person].[Phone Type](
    [PhoneTypeID] [int] IDENTITY (1, 1) NOT NULL,
    [Name] nvarchar(50) NOT NULL,
    [ModifiedDate] [datetime] NOT NULL CONSTRAINT [DF_PhoneType_ModifiedDate] DEFAULT (GETDATE()),
    CONSTRAINT [CK_PhoneType] CHECK ([Name] LIKE N'%[a-z]]%' OR [Name] = N'[')
) ON [PRIMARY];
GO
ALTER TABLE [Person].[Phone Type] WITH CHECK ADD
    CONSTRAINT [PK_PhoneType] PRIMARY KEY CLUSTERED
    (
        [PhoneTypeID]
    )  ON [PRIMARY];
GO
ALTER TABLE [Person].[Phone Type] ADD
    CONSTRAINT [UQ_PhoneType] UNIQUE ([Name]),
    CONSTRAINT [CK_PhoneType_2] CHECK ([PhoneTypeID] > 0)
GO

-- the words of options and types as names of columns; no brackets, as people write them
create table names_of_words (
  Date date, Time time, Xml xml, Text text, Image image, Money money, Bit bit, Real real,
  Type varchar(10), Value int, Sparse bit, Masked bit, Hidden bit, Persisted bit, Period int, Encrypted bit,
  Generated bit, Node int, Edge int, Always date, Level int, Status char(2), Language varchar(10), Year int,
  Comment nvarchar(200), Timestamp timestamp, Rowversion varchar(5), Columnset int, [Primary] int, [Index] int not null,
  [Constraint] int, [Check] int, [Unique] int, [Identity] int, [Default] int default 5, [Period For] date, Partition varchar(3),
  primary key ([Index]), unique ([Unique]), check ([Check] > 0)
)
GO

CREATE OR ALTER PROCEDURE dbo.LoadAll AS
SET NOCOUNT ON
SELECT 1 AS [CREATE TABLE x (y int)]
CREATE TABLE #work (id int not null primary key, v varchar(10))
IF OBJECT_ID('tempdb..#more') IS NULL CREATE TABLE #more (id int)
GO
CREATE TABLE dbo.AfterProc (Id int NOT NULL CONSTRAINT PK_AfterProc PRIMARY KEY, Ref int NULL, Small smallint, Tiny tinyint NOT NULL DEFAULT 0, Big bigint)
GO
EXEC('CREATE TABLE dbo.Dynamic (x int)')
GO
